using System.Runtime.CompilerServices;

namespace Byon.MediaNode.Native;

/// <summary>Datagrams taken from a socket with one system call, in memory that stays where it is.</summary>
internal sealed unsafe class ReceiveBatch
{
    public const int Capacity = 32;

    /// <summary>Longer datagrams are dropped: nothing in RTP, DTLS at our MTU, or STUN is that long.</summary>
    private const int SlotSize = 2048;

    private readonly byte[] _memory = GC.AllocateArray<byte>(Capacity * SlotSize, pinned: true);
    private readonly byte[] _addresses = GC.AllocateArray<byte>(Capacity * Posix.AddressSize, pinned: true);
    private readonly Posix.Vector[] _vectors = GC.AllocateArray<Posix.Vector>(Capacity, pinned: true);
    private readonly Posix.Message[] _messages = GC.AllocateArray<Posix.Message>(Capacity, pinned: true);

    public ReceiveBatch()
    {
        for (var i = 0; i < Capacity; i++)
        {
            _vectors[i].Base = PointerTo(_memory, i * SlotSize);
            _vectors[i].Length = SlotSize;
            _messages[i].Name = PointerTo(_addresses, i * Posix.AddressSize);
            _messages[i].Vectors = (Posix.Vector*)Unsafe.AsPointer(ref _vectors[i]);
            _messages[i].VectorCount = 1;
        }
    }

    /// <summary>Takes what has arrived, without waiting (recvmmsg(2)). Returns how many datagrams; 0 when there are none.</summary>
    public int Receive(int socket)
    {
        for (var i = 0; i < Capacity; i++) _messages[i].NameLength = Posix.AddressSize;
        fixed (Posix.Message* messages = _messages)
            return Math.Max(Posix.ReceiveMessages(socket, messages, Capacity, Posix.MessageDontWait, 0), 0);
    }

    /// <summary>Takes one datagram, without waiting (recvfrom(2)): cheaper than a batch where hardly ever two wait. Returns 1, or 0 when there is none.</summary>
    public int ReceiveOne(int socket)
    {
        ref var message = ref _messages[0];
        uint length = Posix.AddressSize;
        // MSG_TRUNC makes the kernel tell the whole length.
        var received = Posix.ReceiveFrom(
            socket, PointerTo(_memory, 0), SlotSize, Posix.MessageDontWait | Posix.MessageTruncated, PointerTo(_addresses, 0), &length);
        if (received < 0) return 0;
        message.Length = (uint)Math.Min(received, SlotSize);
        message.Flags = received > SlotSize ? Posix.MessageTruncated : 0;
        return 1;
    }

    public Span<byte> Datagram(int index) => _memory.AsSpan(index * SlotSize, (int)_messages[index].Length);

    public bool IsTruncated(int index) => (_messages[index].Flags & Posix.MessageTruncated) != 0;

    public PeerAddress Remote(int index) => PeerAddress.Read(_addresses.AsSpan(index * Posix.AddressSize, Posix.AddressSize));

    private static byte* PointerTo(byte[] pinned, int offset) => (byte*)Unsafe.AsPointer(ref pinned[offset]);
}

using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Byon.MediaNode.Core.Media;

namespace Byon.MediaNode.Native;

/// <summary>
/// Sends what lies in a transmit queue: one system call for all that leaves by the socket which many share (sendmmsg(2)), one for
/// each datagram of the others (sendto(2), which is the cheaper one for one datagram, without an address where the socket is
/// connected). The order within a socket is kept.
/// </summary>
internal sealed unsafe class SendBatch
{
    private readonly MediaTransmitQueue _queue;
    private readonly int _shared;
    private readonly AddressFamily _family;
    private readonly SocketPeers _peers;
    private readonly byte[] _addresses;
    private readonly Posix.Vector[] _vectors;
    private readonly Posix.Message[] _messages;

    /// <param name="shared">Descriptor of the socket that most of a queue leaves by.</param>
    public SendBatch(MediaTransmitQueue queue, int capacity, int shared, AddressFamily family, SocketPeers peers)
    {
        _queue = queue;
        _shared = shared;
        _family = family;
        _peers = peers;
        // One more than the batch holds is where the address of a single datagram is written.
        _addresses = GC.AllocateArray<byte>((capacity + 1) * Posix.AddressSize, pinned: true);
        _vectors = GC.AllocateArray<Posix.Vector>(capacity, pinned: true);
        _messages = GC.AllocateArray<Posix.Message>(capacity, pinned: true);
        for (var i = 0; i < capacity; i++)
        {
            _messages[i].Name = (byte*)Unsafe.AsPointer(ref _addresses[i * Posix.AddressSize]);
            _messages[i].Vectors = (Posix.Vector*)Unsafe.AsPointer(ref _vectors[i]);
            _messages[i].VectorCount = 1;
        }
    }

    /// <summary>Datagrams that the kernel refused: a full buffer, an unreachable or foreign address. RTP does without them.</summary>
    public long Failed { get; private set; }

    public void Flush()
    {
        var batched = 0;
        for (var i = 0; i < _queue.Count; i++)
        {
            ref readonly var transmit = ref _queue[i];
            var isShared = transmit.Socket == _shared;
            if (!isShared && _peers.IsConnected(transmit.Socket, transmit.Remote))
            {
                // What an earlier datagram met is told here, once, and this one has not been sent: a peer may be deaf for a moment.
                if (Send(transmit, null, 0) < 0 && Send(transmit, null, 0) < 0) Failed++;
                continue;
            }

            var address = _addresses.AsSpan((isShared ? batched : _messages.Length) * Posix.AddressSize, Posix.AddressSize);
            var length = SocketAddressBytes.Write(transmit.Remote, _family, address);
            if (length == 0)
            {
                Failed++;
            }
            else if (isShared)
            {
                _messages[batched].NameLength = (uint)length;
                _vectors[batched].Base = PointerTo(_queue.Memory, transmit.Offset);
                _vectors[batched].Length = (nuint)transmit.Length;
                batched++;
            }
            else if (Send(transmit, PointerTo(_addresses, _messages.Length * Posix.AddressSize), (uint)length) < 0)
            {
                Failed++;
            }
        }

        if (batched > 0) SendShared(batched);
        _queue.Clear();
    }

    private nint Send(in MediaTransmit transmit, byte* address, uint addressLength) => Posix.SendTo(
        transmit.Socket, PointerTo(_queue.Memory, transmit.Offset), (nuint)transmit.Length, Posix.MessageDontWait, address, addressLength);

    private void SendShared(int count)
    {
        fixed (Posix.Message* messages = _messages)
        {
            for (var sent = 0; sent < count;)
            {
                // An error is told for the first datagram of the rest only: step over it and go on.
                var n = Posix.SendMessages(_shared, messages + sent, (uint)(count - sent), Posix.MessageDontWait);
                if (n > 0)
                {
                    sent += n;
                    continue;
                }

                Failed++;
                sent++;
            }
        }
    }

    private static byte* PointerTo(byte[] pinned, int offset) => (byte*)Unsafe.AsPointer(ref pinned[offset]);
}

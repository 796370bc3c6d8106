using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Byon.MediaNode.Native;

namespace Byon.Tests.Bench.Media.Load;

/// <summary>
/// One UDP socket that stands for thousands: each datagram says from which loopback address it leaves and at which it arrived
/// (IP_PKTINFO, ip(7)), so every call has an address of its own. Batched, with the kernel's time of arrival (SO_TIMESTAMPNS).
/// </summary>
internal sealed unsafe class LoadSocket : IDisposable
{
    public const int Capacity = 64;
    private const int SlotSize = 2048;
    private const int AddressSize = 16;
    private const int ControlSize = 128;
    private const int PacketInfoType = 8; // IP_PKTINFO
    private const int TimestampType = 35; // SO_TIMESTAMPNS and its control message
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int BufferSize = 32 * 1024 * 1024;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly int _descriptor;
    private readonly Batch _out = new();
    private readonly Batch _in = new();

    /// <param name="port">0 for any.</param>
    /// <exception cref="SocketException">The port is taken.</exception>
    public LoadSocket(int port = 0)
    {
        _socket.Bind(new IPEndPoint(IPAddress.Any, port));
        _descriptor = (int)_socket.Handle;
        Posix.ForbidFragments(_descriptor);
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
        SetOption(0, PacketInfoType, 1);
        SetOption(SocketLevel, TimestampType, 1);
        // Only root may go beyond net.core.rmem_max; others get what there is.
        if (!Posix.TryForceReceiveBuffer(_descriptor, BufferSize)) _socket.ReceiveBufferSize = BufferSize;
    }

    public int Port { get; }

    /// <summary>Datagrams that wait to be sent.</summary>
    public int Pending { get; private set; }

    public long Sent { get; private set; }

    public long Refused { get; private set; }

    /// <summary>Room for the next datagram to send.</summary>
    public Span<byte> Next() => _out.Slot(Pending);

    /// <summary>Takes the datagram written to <see cref="Next"/>; a full batch leaves at once.</summary>
    /// <param name="source">Loopback address in host order.</param>
    public void Queue(int length, uint source, IPEndPoint target)
    {
        _out.Address(Pending, source, target, length);
        if (++Pending == Capacity) Flush();
    }

    public void Flush()
    {
        fixed (Posix.Message* messages = _out.Messages)
        {
            for (var done = 0; done < Pending;)
            {
                var sent = Posix.SendMessages(_descriptor, messages + done, (uint)(Pending - done), 0);
                Sent += Math.Max(sent, 0);
                if (sent <= 0) Refused++;
                done += Math.Max(sent, 1);
            }
        }

        Pending = 0;
    }

    /// <summary>Takes what has arrived without waiting; returns how many datagrams.</summary>
    public int Receive()
    {
        _in.Reset();
        fixed (Posix.Message* messages = _in.Messages)
            return Math.Max(Posix.ReceiveMessages(_descriptor, messages, Capacity, Posix.MessageDontWait, 0), 0);
    }

    public Span<byte> Datagram(int index) => _in.Slot(index)[..(int)_in.Messages[index].Length];

    /// <summary>The address it was sent to, in host order, and the kernel's time of arrival in ns since 1970.</summary>
    public (uint Target, long ArrivedAt) Arrival(int index) => _in.ReadControl(index);

    public void Dispose() => _socket.Dispose();

    private bool SetOption(int level, int name, int value) => Posix.SetSocketOption(_descriptor, level, name, &value, sizeof(int)) == 0;

    private sealed class Batch
    {
        private readonly byte[] _data = GC.AllocateArray<byte>(Capacity * SlotSize, pinned: true);
        private readonly byte[] _addresses = GC.AllocateArray<byte>(Capacity * AddressSize, pinned: true);
        private readonly byte[] _control = GC.AllocateArray<byte>(Capacity * ControlSize, pinned: true);
        private readonly Posix.Vector[] _vectors = GC.AllocateArray<Posix.Vector>(Capacity, pinned: true);

        public Batch()
        {
            for (var i = 0; i < Capacity; i++)
            {
                _vectors[i].Base = Pointer(_data, i * SlotSize);
                Messages[i].Name = Pointer(_addresses, i * AddressSize);
                Messages[i].Vectors = (Posix.Vector*)Unsafe.AsPointer(ref _vectors[i]);
                Messages[i].VectorCount = 1;
                Messages[i].Control = Pointer(_control, i * ControlSize);
            }

            Reset();
        }

        public Posix.Message[] Messages { get; } = GC.AllocateArray<Posix.Message>(Capacity, pinned: true);

        public Span<byte> Slot(int index) => _data.AsSpan(index * SlotSize, SlotSize);

        public void Reset()
        {
            for (var i = 0; i < Capacity; i++)
            {
                _vectors[i].Length = SlotSize;
                Messages[i].NameLength = AddressSize;
                Messages[i].ControlLength = ControlSize;
            }
        }

        public void Address(int index, uint source, IPEndPoint target, int length)
        {
            _vectors[index].Length = (nuint)length;
            var address = _addresses.AsSpan(index * AddressSize, AddressSize);
            MemoryMarshal.Write(address, (ushort)2); // AF_INET
            BinaryPrimitives.WriteUInt16BigEndian(address[2..], (ushort)target.Port);
            target.Address.TryWriteBytes(address[4..], out _);
            Messages[index].ControlLength = 32;
            var control = _control.AsSpan(index * ControlSize, 32);
            control.Clear();
            MemoryMarshal.Write(control, 28L); // struct cmsghdr: length, level, type; then struct in_pktinfo: interface, source, target
            MemoryMarshal.Write(control[12..], PacketInfoType);
            BinaryPrimitives.WriteUInt32BigEndian(control[20..], source);
        }

        public (uint Target, long ArrivedAt) ReadControl(int index)
        {
            var control = _control.AsSpan(index * ControlSize, (int)Messages[index].ControlLength);
            uint target = 0;
            long arrivedAt = 0;
            while (control.Length >= 16)
            {
                var length = (int)MemoryMarshal.Read<long>(control);
                if (length < 16 || length > control.Length) break;
                var type = MemoryMarshal.Read<int>(control[12..]);
                if (type == PacketInfoType) target = BinaryPrimitives.ReadUInt32BigEndian(control[24..]);
                else if (type == TimestampType) arrivedAt = MemoryMarshal.Read<long>(control[16..]) * 1_000_000_000 + MemoryMarshal.Read<long>(control[24..]);
                control = control[Math.Min(control.Length, (length + 7) & ~7)..];
            }

            return (target, arrivedAt);
        }

        private static byte* Pointer(byte[] pinned, int offset) => (byte*)Unsafe.AsPointer(ref pinned[offset]);
    }
}

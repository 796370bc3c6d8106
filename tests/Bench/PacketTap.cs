using System.Buffers.Binary;
using System.Net.Sockets;

namespace Byon.Tests.Bench;

/// <param name="At">Time since the tap opened, at which the kernel handed the packet over.</param>
internal readonly record struct TappedPacket(TimeSpan At, bool IsUdp, int SourcePort, int TargetPort, byte[] Payload);

/// <summary>
/// Sees every packet of this machine (a browser may talk to loopback from another of its addresses), so that times are those of the wire and not of anybody's log. Needs root
/// (CAP_NET_RAW), as any capture does.
/// </summary>
internal sealed class PacketTap : IDisposable
{
    private const ProtocolType EveryIpPacket = (ProtocolType)0x0008; // ETH_P_IP in network byte order
    private const int LinkHeader = 14;
    private const int UdpHeader = 8;
    private const int Kept = 2048;

    /// <summary>In milliseconds. A packet socket cannot be woken by closing it: on a silent machine its reader must look by itself.</summary>
    private const int ReceiveTimeout = 200;

    private const byte Tcp = 6;
    private const byte Udp = 17;

    private readonly Socket _socket;
    private readonly Thread _thread;
    private readonly List<TappedPacket> _packets = [];
    private readonly long _opened = TimeProvider.System.GetTimestamp();
    private volatile bool _closed;

    private PacketTap(Socket socket)
    {
        _socket = socket;
        _thread = new Thread(Read) { IsBackground = true };
    }

    /// <summary>Wall-clock time at which the tap opened: to place times that others took with the clock of this machine.</summary>
    public DateTimeOffset OpenedAt { get; } = DateTimeOffset.UtcNow;

    /// <summary>Null where this user may not capture.</summary>
    public static PacketTap? TryOpen()
    {
        try
        {
            var tap = new PacketTap(new Socket(AddressFamily.Packet, SocketType.Raw, EveryIpPacket)
            {
                ReceiveBufferSize = 8 * 1024 * 1024,
                ReceiveTimeout = ReceiveTimeout,
            });
            tap._thread.Start();
            return tap;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    public void Forget()
    {
        lock (_packets)
            _packets.Clear();
    }

    /// <summary>Time of the first packet that fits, at or after a time; null where none did.</summary>
    public TimeSpan? First(Func<TappedPacket, bool> fits, TimeSpan after = default)
    {
        lock (_packets)
        {
            foreach (var packet in _packets)
            {
                if (packet.At >= after && fits(packet))
                    return packet.At;
            }
        }

        return null;
    }

    public void Dispose()
    {
        _closed = true;
        _thread.Join();
        _socket.Dispose();
    }

    private void Read()
    {
        var buffer = new byte[64 * 1024];
        while (!_closed)
        {
            try
            {
                var length = _socket.Receive(buffer);
                Keep(buffer.AsSpan(0, length), TimeProvider.System.GetElapsedTime(_opened));
            }
            catch (SocketException fault) when (fault.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
            {
                // Nothing came: look whether to go on.
            }
        }
    }

    private void Keep(ReadOnlySpan<byte> frame, TimeSpan at)
    {
        if (frame.Length < LinkHeader + 20)
            return;
        var ip = frame[LinkHeader..];
        var headerLength = (ip[0] & 0x0f) * 4;
        var protocol = ip[9];
        if (protocol is not (Tcp or Udp) || ip.Length < headerLength + 20)
            return;
        var transport = ip[headerLength..];
        var payload = transport[(protocol == Udp ? UdpHeader : (transport[12] >> 4) * 4)..];
        if (payload.IsEmpty)
            return;
        var packet = new TappedPacket(
            at, protocol == Udp, BinaryPrimitives.ReadUInt16BigEndian(transport), BinaryPrimitives.ReadUInt16BigEndian(transport[2..]),
            payload[..Math.Min(Kept, payload.Length)].ToArray());
        lock (_packets)
            _packets.Add(packet);
    }
}

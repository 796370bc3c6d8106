using System.Net;
using System.Net.Sockets;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol;

namespace Byon.Tests.TestKit.WebRtc;

/// <summary>
/// An <see cref="RtcClient"/> on a loopback UDP socket. It has no thread: call <see cref="Pump"/> from the test's own polling
/// (<see cref="WaitFor"/>), as often as packets shall flow.
/// </summary>
public sealed class RtcClientSocket : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[2048];
    private readonly Func<Instant> _now;

    /// <param name="now">The clock of the DTLS endpoints.</param>
    /// <param name="address">To bind to; 127.0.0.1 when null.</param>
    public RtcClientSocket(RtcClient client, Func<Instant> now, IPAddress? address = null)
    {
        var bound = new IPEndPoint(address ?? IPAddress.Loopback, 0);
        _socket = new Socket(bound.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        Client = client;
        _now = now;
        _socket.Bind(bound);
    }

    public RtcClient Client { get; }

    public IPEndPoint Address => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Decrypted RTP packets not looked at yet.</summary>
    public Queue<byte[]> Rtp { get; } = new();

    /// <summary>Decrypted compound RTCP packets not looked at yet.</summary>
    public Queue<byte[]> Rtcp { get; } = new();

    /// <summary>Receives what is there, handles timeouts, sends what is due.</summary>
    public void Pump()
    {
        EndPoint from = new IPEndPoint(_socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        while (_socket.Available > 0)
        {
            var length = _socket.ReceiveFrom(_buffer, ref from);
            var kind = Client.Receive(_now(), _buffer.AsSpan(0, length), out var plain);
            if (kind == PeerPacketKind.Rtp) Rtp.Enqueue(_buffer[..plain]);
            if (kind == PeerPacketKind.Rtcp) Rtcp.Enqueue(_buffer[..plain]);
        }
        Client.HandleTimeout(_now());
        while (Client.TryDequeue(out var datagram)) Send(datagram);
    }

    /// <summary>Encrypts and sends one RTP packet; false as long as the client is not connected.</summary>
    public bool SendRtp(ReadOnlySpan<byte> packet)
    {
        var buffer = new byte[packet.Length + WebRtcPeer.MaxOverhead];
        packet.CopyTo(buffer);
        var length = Client.ProtectRtp(buffer, packet.Length);
        if (length > 0) Send(buffer.AsSpan(0, length));
        return length > 0;
    }

    public void Send(ReadOnlySpan<byte> datagram) => _socket.SendTo(datagram, Client.Remote!);

    public void Dispose()
    {
        Client.Dispose();
        _socket.Dispose();
    }
}

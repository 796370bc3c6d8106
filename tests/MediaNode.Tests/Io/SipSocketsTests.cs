using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Io;
using Byon.MediaNode.Telemetry;
using Byon.Tests.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Byon.Tests.MediaNode.Tests.Io;

public sealed class SipSocketsTests : IDisposable
{
    private const string Options = "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\n"
        + "Call-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n";

    private readonly IPEndPoint _address = new(IPAddress.Loopback, FreePorts.Next());
    private readonly NodeMetrics _metrics = new();
    private readonly SipSockets _sockets;
    private readonly ConcurrentQueue<(SipFlow Flow, string Text)> _received = new();
    private readonly ConcurrentQueue<SipFlow> _failed = new();

    public SipSocketsTests()
    {
        _sockets = new SipSockets(_address, _metrics, NullLogger<SipSockets>.Instance);
        _sockets.Start(new SipSocketEvents(
            (flow, message) =>
            {
                _received.Enqueue((flow, Encoding.UTF8.GetString(message.Span)));
                return true;
            },
            _failed.Enqueue));
    }

    [Fact]
    public async Task A_datagram_arrives_with_its_sender()
    {
        using var peer = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await peer.SendAsync(Encoding.UTF8.GetBytes(Options), _address);
        await WaitFor.TrueAsync(() => _received.Count == 1);
        Assert.True(_received.TryPeek(out var first));
        Assert.Equal(new SipFlow(SipTransport.Udp, (IPEndPoint)peer.Client.LocalEndPoint!), first.Flow);
        _sockets.Send(new SipTransmit(first.Flow, "answer"u8.ToArray()));
        Assert.Equal("answer", Encoding.UTF8.GetString((await peer.ReceiveAsync()).Buffer));
    }

    [Fact]
    public async Task A_stream_is_cut_into_messages_however_it_arrives_and_answered_on_its_connection()
    {
        using var peer = new TcpClient();
        await peer.ConnectAsync(_address);
        var stream = peer.GetStream();
        foreach (var part in (Options + Options + Options).Chunk(100)) await stream.WriteAsync(Encoding.UTF8.GetBytes(part));
        await WaitFor.TrueAsync(() => _received.Count == 3);
        Assert.All(_received, message => Assert.Equal(Options, message.Text));
        Assert.True(_received.TryPeek(out var first));
        _sockets.Send(new SipTransmit(first.Flow, "answer"u8.ToArray()));
        var buffer = new byte[6];
        await stream.ReadExactlyAsync(buffer);
        Assert.Equal("answer", Encoding.UTF8.GetString(buffer));
    }

    [Fact]
    public async Task Garbage_on_a_stream_loses_the_connection_and_nothing_else()
    {
        using var peer = new TcpClient();
        await peer.ConnectAsync(_address);
        await peer.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray());
        Assert.Equal(0, await peer.GetStream().ReadAsync(new byte[1]));
        await WaitFor.TrueAsync(() => _failed.Count == 1);
        Assert.Empty(_received);

        await A_datagram_arrives_with_its_sender();
    }

    [Fact]
    public async Task A_peer_that_cannot_be_reached_fails_the_flow()
    {
        var nobody = new SipFlow(SipTransport.Tcp, new IPEndPoint(IPAddress.Loopback, FreePorts.Next()));
        _sockets.Send(new SipTransmit(nobody, Encoding.UTF8.GetBytes(Options)));
        await WaitFor.TrueAsync(() => _failed.Contains(nobody));
    }

    [Fact]
    public async Task One_connection_is_opened_to_a_peer_and_used_again()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var flow = new SipFlow(SipTransport.Tcp, (IPEndPoint)listener.LocalEndpoint);
        _sockets.Send(new SipTransmit(flow, Encoding.UTF8.GetBytes(Options)));
        _sockets.Send(new SipTransmit(flow, Encoding.UTF8.GetBytes(Options)));
        using var peer = await listener.AcceptTcpClientAsync();
        await peer.GetStream().ReadExactlyAsync(new byte[Options.Length * 2]);
        Assert.False(listener.Pending());
        await peer.GetStream().WriteAsync(Encoding.UTF8.GetBytes(Options));
        await WaitFor.TrueAsync(() => _received.Any(message => message.Flow == flow));
    }

    public void Dispose()
    {
        _sockets.Dispose();
        _metrics.Dispose();
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Io;
using Byon.MediaNode.Telemetry;
using Byon.Tests.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Byon.Tests.MediaNode.Tests.Io;

/// <summary>Connections that are opened and not used, from one source and from many: the ones above the limits are closed, the others serve.</summary>
public sealed class SipConnectionFloodTests : IDisposable
{
    private const int PerSource = 20;

    private readonly IPEndPoint _address = new(IPAddress.Loopback, FreePorts.Next());
    private readonly NodeMetrics _metrics = new();
    private readonly SipSockets _sockets;
    private readonly ConcurrentQueue<SipFlow> _received = new();
    private readonly ConcurrentQueue<SipFlow> _failed = new();
    private readonly List<Socket> _peers = [];

    public SipConnectionFloodTests()
    {
        _sockets = new SipSockets(
            _address, _metrics, NullLogger<SipSockets>.Instance, limits: new SipConnectionLimits(Accepted: 50, AcceptedPerSource: PerSource, Opened: 3));
        _sockets.Start(new SipSocketEvents(
            (flow, _) =>
            {
                _received.Enqueue(flow);
                return true;
            },
            _failed.Enqueue));
    }

    [Fact]
    public async Task One_source_has_its_share_of_connections_and_another_one_its_own()
    {
        for (var i = 0; i < PerSource + 30; i++) await ConnectAsync("127.0.0.1");
        await WaitFor.TrueAsync(() => _peers.Count(IsClosed) == 30);
        var other = await ConnectAsync("127.0.0.2");
        await SpeakAsync(other);
        await WaitFor.TrueAsync(() => _received.Any(flow => flow.Remote.Address.ToString() == "127.0.0.2"));

        // A place that is given back serves again.
        _peers.First(p => !IsClosed(p)).Dispose();
        await WaitFor.TrueAsync(() => !_failed.IsEmpty);
        await SpeakAsync(await ConnectAsync("127.0.0.1"));
        await WaitFor.TrueAsync(() => _received.Any(flow => flow.Remote.Address.ToString() == "127.0.0.1"));
    }

    [Fact]
    public async Task All_sources_together_have_a_limit_as_well()
    {
        for (var source = 1; source <= 5; source++)
        {
            for (var i = 0; i < PerSource; i++) await ConnectAsync($"127.0.0.{source}");
        }

        await WaitFor.TrueAsync(() => _peers.Count(IsClosed) == 50);
    }

    [Fact]
    public async Task Answers_to_peers_that_are_gone_do_not_open_connections_without_end()
    {
        for (var peer = 0; peer < 10; peer++)
            _sockets.Send(new SipTransmit(new SipFlow(SipTransport.Tcp, await SilentAsync()), new byte[] { 1 }));
        await WaitFor.TrueAsync(() => _failed.Count >= 7);
    }

    public void Dispose()
    {
        foreach (var peer in _peers) peer.Dispose();
        _sockets.Dispose();
        _metrics.Dispose();
    }

    private async Task<Socket> ConnectAsync(string source)
    {
        var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _peers.Add(peer);
        peer.Bind(new IPEndPoint(IPAddress.Parse(source), 0));
        await peer.ConnectAsync(_address);
        return peer;
    }

    /// <summary>Where nobody answers: a listener whose queue is full, so that a connection is being opened until it is given up.</summary>
    private async Task<IPEndPoint> SilentAsync()
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var only = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _peers.AddRange([listener, only]);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        await only.ConnectAsync(listener.LocalEndPoint!);
        return (IPEndPoint)listener.LocalEndPoint!;
    }

    private static async Task SpeakAsync(Socket peer) => await peer.SendAsync(
        "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"u8.ToArray());

    /// <summary>The other side has closed it: there is an end to be read.</summary>
    private static bool IsClosed(Socket peer)
    {
        try
        {
            return peer.Poll(0, SelectMode.SelectRead) && peer.Available == 0;
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }
}

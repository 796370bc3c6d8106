using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Telemetry;

namespace Byon.MediaNode.Io;

/// <summary>
/// The node's SIP sockets: one UDP socket, listeners for TCP and TLS, and a connection per remote end point. Moves whole messages
/// between them and the signalling loop, and knows nothing of what they say.
/// </summary>
public sealed class SipSockets : IDisposable
{
    private readonly IPEndPoint _local;
    private readonly NodeMetrics _metrics;
    private readonly ILogger<SipSockets> _log;
    private readonly Socket _udp;
    private readonly Socket _listener;
    private readonly Socket? _tlsListener;
    private readonly SipTls? _tls;
    private readonly SipConnectionLimits _limits;
    private readonly ConcurrentDictionary<SipFlow, SipTcpConnection> _connections = new();
    private readonly CancellationTokenSource _stopping = new();
    private SipSocketEvents? _events;

    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public SipSockets(IPEndPoint local, NodeMetrics metrics, ILogger<SipSockets> log, SipTls? tls = null, int tlsPort = 0,
        SipConnectionLimits? limits = null)
    {
        (_local, _metrics, _log, _tls, _limits) = (local, metrics, log, tls, limits ?? new SipConnectionLimits());
        _udp = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 1 << 20 };
        _listener = new Socket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (tls is { CanListen: true } && tlsPort > 0) _tlsListener = new Socket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _udp.Bind(local);
            _listener.Bind(local);
            _tlsListener?.Bind(new IPEndPoint(local.Address, tlsPort));
        }
        catch
        {
            _udp.Dispose();
            _listener.Dispose();
            _tlsListener?.Dispose();
            throw;
        }
    }

    public void Start(SipSocketEvents events)
    {
        _events = events;
        _listener.Listen(128);
        _ = ReceiveDatagramsAsync(_stopping.Token);
        _ = AcceptAsync(_listener, SipTransport.Tcp, null, _stopping.Token);
        if (_tlsListener is not null)
        {
            _tlsListener.Listen(128);
            _ = AcceptAsync(_tlsListener, SipTransport.Tls, _tls, _stopping.Token);
        }

        _log.SipListening(_local.ToString());
    }

    /// <summary>Called on the signalling loop: never waits.</summary>
    public void Send(SipTransmit transmit)
    {
        if (transmit.Flow.Transport == SipTransport.Tls && _tls is null)
        {
            _log.SipSocketFault("no TLS is set up");
            _events?.Failed(transmit.Flow);
            return;
        }

        if (transmit.Flow.Transport != SipTransport.Udp)
        {
            if (ConnectionTo(transmit.Flow) is { } connection) connection.Send(transmit.Message);
            else _events?.Failed(transmit.Flow);
            return;
        }

        try
        {
            _udp.SendTo(transmit.Message.Span, SocketFlags.None, transmit.Flow.Remote);
        }
        catch (SocketException fault)
        {
            _log.SipSocketFault(fault.SocketErrorCode.ToString());
            _events?.Failed(transmit.Flow);
        }
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _udp.Dispose();
        _listener.Dispose();
        _tlsListener?.Dispose();
        foreach (var connection in _connections.Values) connection.Dispose();
    }

    private async Task ReceiveDatagramsAsync(CancellationToken stopping)
    {
        var buffer = new byte[65_536];
        var from = new IPEndPoint(_local.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var received = await _udp.ReceiveFromAsync(buffer, SocketFlags.None, from, stopping);
                var flow = new SipFlow(SipTransport.Udp, (IPEndPoint)received.RemoteEndPoint);
                if (!_events!.Received(flow, buffer.AsSpan(0, received.ReceivedBytes).ToArray())) Dropped("overload");
            }
            catch (SocketException fault)
            {
                // An ICMP error of something sent earlier, or no memory for the moment: the socket itself is fine.
                _log.SipSocketFault(fault.SocketErrorCode.ToString());
            }
            catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AcceptAsync(Socket listener, SipTransport transport, SipTls? tls, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(stopping);
                if (socket.RemoteEndPoint is not IPEndPoint remote || !HasRoomFor(remote.Address))
                {
                    _metrics.SipConnectionsRefused.Add(1);
                    socket.Dispose();
                    continue;
                }

                var flow = new SipFlow(transport, remote);
                var connection = new SipTcpConnection(flow, socket, tls, this);
                _connections[flow] = connection;
                connection.Start(stopping);
            }
            catch (SocketException fault)
            {
                _log.SipSocketFault(fault.SocketErrorCode.ToString());
            }
            catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    /// <summary>Counted anew for each connection, which are few and seldom new: nothing is kept that could come out of step.</summary>
    private bool HasRoomFor(IPAddress source)
    {
        var (all, same) = (0, 0);
        foreach (var (_, connection) in _connections)
        {
            if (!connection.IsAccepted) continue;
            all++;
            if (connection.Flow.Remote.Address.Equals(source)) same++;
        }

        return all < _limits.Accepted && same < _limits.AcceptedPerSource;
    }

    /// <summary>Null where there are too many.</summary>
    private SipTcpConnection? ConnectionTo(SipFlow flow)
    {
        if (_connections.TryGetValue(flow, out var open)) return open;
        if (_connections.Count(c => !c.Value.IsAccepted) >= _limits.Opened) return null;
        var connection = new SipTcpConnection(flow, accepted: null, flow.Transport == SipTransport.Tls ? _tls : null, this);
        _connections[flow] = connection;
        connection.Start(_stopping.Token);
        return connection;
    }

    internal bool Received(SipFlow flow, ReadOnlyMemory<byte> message) => _events!.Received(flow, message);

    internal void Dropped(string reason) => _metrics.SipDropped.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>A connection is over: whoever waits for an answer on it learns so.</summary>
    internal void Closed(SipTcpConnection connection, string why)
    {
        if (!_connections.TryRemove(KeyValuePair.Create(connection.Flow, connection))) return;
        _log.SipConnectionClosed(connection.Flow.Remote.ToString(), why);
        _events?.Failed(connection.Flow);
    }
}

/// <summary>Where the sockets hand things over. Both are called on any thread and may only post.</summary>
/// <param name="Received">A whole message; false where there is no room for it.</param>
/// <param name="Failed">A flow cannot be used.</param>
public sealed record SipSocketEvents(Func<SipFlow, ReadOnlyMemory<byte>, bool> Received, Action<SipFlow> Failed);

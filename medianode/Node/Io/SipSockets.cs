using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Telemetry;

namespace Byon.MediaNode.Io;

/// <summary>
/// The node's SIP sockets: one UDP socket, one TCP listener, and a TCP connection per remote end point. Moves whole messages
/// between them and the signalling loop, and knows nothing of what they say.
/// </summary>
public sealed class SipSockets : IDisposable
{
    /// <summary>Connections that others may open; the next ones are closed at once.</summary>
    private const int MostConnections = 1_000;

    private readonly IPEndPoint _local;
    private readonly NodeMetrics _metrics;
    private readonly ILogger<SipSockets> _log;
    private readonly Socket _udp;
    private readonly Socket _listener;
    private readonly ConcurrentDictionary<IPEndPoint, SipTcpConnection> _connections = new();
    private readonly CancellationTokenSource _stopping = new();
    private SipSocketEvents? _events;

    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public SipSockets(IPEndPoint local, NodeMetrics metrics, ILogger<SipSockets> log)
    {
        (_local, _metrics, _log) = (local, metrics, log);
        _udp = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 1 << 20 };
        _listener = new Socket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _udp.Bind(local);
            _listener.Bind(local);
        }
        catch
        {
            _udp.Dispose();
            _listener.Dispose();
            throw;
        }
    }

    public void Start(SipSocketEvents events)
    {
        _events = events;
        _listener.Listen(128);
        _ = ReceiveDatagramsAsync(_stopping.Token);
        _ = AcceptAsync(_stopping.Token);
        _log.SipListening(_local.ToString());
    }

    /// <summary>Called on the signalling loop: never waits.</summary>
    public void Send(SipTransmit transmit)
    {
        if (transmit.Flow.Transport == SipTransport.Tcp)
        {
            ConnectionTo(transmit.Flow.Remote).Send(transmit.Message);
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

    private async Task AcceptAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener.AcceptAsync(stopping);
                if (_connections.Count >= MostConnections || socket.RemoteEndPoint is not IPEndPoint remote)
                {
                    _metrics.SipConnectionsRefused.Add(1);
                    socket.Dispose();
                    continue;
                }

                var connection = new SipTcpConnection(remote, socket, this);
                _connections[remote] = connection;
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

    private SipTcpConnection ConnectionTo(IPEndPoint remote)
    {
        if (_connections.TryGetValue(remote, out var open)) return open;
        var connection = new SipTcpConnection(remote, accepted: null, this);
        _connections[remote] = connection;
        connection.Start(_stopping.Token);
        return connection;
    }

    internal bool Received(IPEndPoint remote, ReadOnlyMemory<byte> message) => _events!.Received(new SipFlow(SipTransport.Tcp, remote), message);

    internal void Dropped(string reason) => _metrics.SipDropped.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>A connection is over: whoever waits for an answer on it learns so.</summary>
    internal void Closed(SipTcpConnection connection, string why)
    {
        if (!_connections.TryRemove(KeyValuePair.Create(connection.Remote, connection))) return;
        _log.SipConnectionClosed(connection.Remote.ToString(), why);
        _events?.Failed(new SipFlow(SipTransport.Tcp, connection.Remote));
    }
}

/// <summary>Where the sockets hand things over. Both are called on any thread and may only post.</summary>
/// <param name="Received">A whole message; false where there is no room for it.</param>
/// <param name="Failed">A flow cannot be used.</param>
public sealed record SipSocketEvents(Func<SipFlow, ReadOnlyMemory<byte>, bool> Received, Action<SipFlow> Failed);

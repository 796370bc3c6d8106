using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Local.Ims;

/// <summary>SIP over UDP and TCP on one loopback address: hands whole messages up, and keeps a connection per remote end point.</summary>
/// <param name="received">Called on any thread.</param>
/// <param name="failed">A connection is gone or could not be opened; called on any thread.</param>
internal sealed class SipEndpoint(Action<SipFlow, ReadOnlyMemory<byte>> received, Action<SipFlow> failed) : IDisposable
{
    private const int MostTries = 100;

    private Socket _udp = NewUdp();
    private Socket _listener = NewTcp();
    private readonly ConcurrentDictionary<IPEndPoint, Socket> _connections = new();
    private readonly CancellationTokenSource _stopping = new();

    public IPEndPoint Local { get; private set; } = new(IPAddress.Loopback, 0);

    /// <param name="address">Port 0 lets the system choose one that is free for both.</param>
    /// <exception cref="SocketException">The address is taken.</exception>
    public void Start(IPEndPoint address)
    {
        for (var tries = 1; !TryBind(address, mustSucceed: address.Port != 0 || tries == MostTries); tries++)
        {
            _udp.Dispose();
            _listener.Dispose();
            (_udp, _listener) = (NewUdp(), NewTcp());
        }

        _listener.Listen(64);
        _ = ReceiveDatagramsAsync();
        _ = AcceptAsync();
    }

    public void Send(SipTransmit transmit)
    {
        try
        {
            if (transmit.Flow.Transport == SipTransport.Udp) _udp.SendTo(transmit.Message.Span, SocketFlags.None, transmit.Flow.Remote);
            else SendOnConnection(transmit.Flow.Remote, transmit.Message);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            failed(transmit.Flow);
        }
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _udp.Dispose();
        _listener.Dispose();
        foreach (var connection in _connections.Values) connection.Dispose();
        _stopping.Dispose();
    }

    private static Socket NewUdp() => new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

    private static Socket NewTcp() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private bool TryBind(IPEndPoint address, bool mustSucceed)
    {
        try
        {
            _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            _listener.Bind(address);
            Local = (IPEndPoint)_listener.LocalEndPoint!;
            _udp.Bind(Local);
            return true;
        }
        catch (SocketException) when (!mustSucceed)
        {
            // Somebody's UDP socket has the port that TCP was given.
            return false;
        }
    }

    private void SendOnConnection(IPEndPoint remote, ReadOnlyMemory<byte> message)
    {
        if (!_connections.TryGetValue(remote, out var connection))
        {
            // Loopback only: the peer accepts or refuses at once.
            connection = NewTcp();
            connection.Connect(remote);
            Keep(remote, connection);
        }

        connection.Send(message.Span);
    }

    private async Task ReceiveDatagramsAsync()
    {
        var buffer = new byte[65_536];
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var datagram = await _udp.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _stopping.Token);
                received(new SipFlow(SipTransport.Udp, (IPEndPoint)datagram.RemoteEndPoint), buffer.AsSpan(0, datagram.ReceivedBytes).ToArray());
            }
            catch (SocketException)
            {
                // An ICMP error of something sent earlier; the socket itself is fine.
            }
            catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = await _listener.AcceptAsync(_stopping.Token);
                connection.NoDelay = true;
                Keep((IPEndPoint)connection.RemoteEndPoint!, connection);
            }
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The listener is closed: the simulator stops.
        }
    }

    private void Keep(IPEndPoint remote, Socket connection)
    {
        _connections[remote] = connection;
        _ = ReadAsync(remote, connection);
    }

    private async Task ReadAsync(IPEndPoint remote, Socket connection)
    {
        var framer = new SipStreamFramer(SipLimits.Default);
        var buffer = new byte[16_384];
        try
        {
            while (framer.Rejection == SipRejection.None && await connection.ReceiveAsync(buffer, _stopping.Token) is > 0 and var length)
            {
                framer.Append(buffer.AsSpan(0, length));
                while (framer.TryNext(out var message)) received(new SipFlow(SipTransport.Tcp, remote), message);
            }
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Told below, like an orderly end.
        }

        _connections.TryRemove(remote, out _);
        connection.Dispose();
        if (!_stopping.IsCancellationRequested) failed(new SipFlow(SipTransport.Tcp, remote));
    }
}

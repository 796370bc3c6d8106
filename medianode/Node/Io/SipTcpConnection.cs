using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading.Channels;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Io;

/// <summary>
/// One SIP connection over TCP or TLS, opened by us or by the peer. A slow peer fills its own queue and then loses the connection;
/// one that sends half a message and stops, or nothing for a long time, loses it as well.
/// </summary>
internal sealed class SipTcpConnection(SipFlow flow, Socket? accepted, SipTls? tls, SipSockets owner) : IDisposable
{
    private const int MostWaiting = 512;

    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan MessageTime = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(30);

    private readonly Socket _socket = accepted ?? new Socket(flow.Remote.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
    private readonly Channel<ReadOnlyMemory<byte>> _outgoing = Channel.CreateBounded<ReadOnlyMemory<byte>>(
        new BoundedChannelOptions(MostWaiting) { SingleReader = true });

    public SipFlow Flow => flow;

    /// <summary>Opened by the peer.</summary>
    public bool IsAccepted => accepted is not null;

    public void Start(CancellationToken stopping) => _ = RunAsync(stopping);

    public void Send(ReadOnlyMemory<byte> message)
    {
        if (!_outgoing.Writer.TryWrite(message)) End("it does not read what it is sent");
    }

    public void Dispose() => _socket.Dispose();

    private async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            _socket.NoDelay = true;
            await using var stream = await OpenAsync(stopping);
            var writing = WriteAsync(stream, stopping);
            End(await ReadAsync(stream, stopping));
            await writing;
        }
        catch (SocketException fault)
        {
            End(fault.SocketErrorCode.ToString());
        }
        catch (IOException fault)
        {
            End(Why(fault));
        }
        catch (AuthenticationException)
        {
            End("its certificate is not accepted, or ours");
        }
        catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException)
        {
            End("timeout or shutdown");
        }
    }

    private async Task<Stream> OpenAsync(CancellationToken stopping)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        late.CancelAfter(ConnectTime);
        if (accepted is null) await _socket.ConnectAsync(flow.Remote, late.Token);
        var stream = new NetworkStream(_socket, ownsSocket: false);
        if (tls is null) return stream;
        return accepted is null ? await tls.ConnectAsync(stream, flow.Remote, late.Token) : await tls.AcceptAsync(stream, late.Token);
    }

    private static string Why(IOException fault) => fault.InnerException is SocketException inner ? inner.SocketErrorCode.ToString() : "broken off";

    /// <returns>Why there is nothing more to read.</returns>
    private async Task<string> ReadAsync(Stream stream, CancellationToken stopping)
    {
        var framer = new SipStreamFramer(SipLimits.Default);
        var buffer = new byte[16_384];
        using var late = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        // Whoever connects has something to say: a connection that stays silent from the start is given up soon.
        late.CancelAfter(IsAccepted ? MessageTime : IdleTime);
        while (true)
        {
            var length = await stream.ReadAsync(buffer, late.Token);
            if (length == 0) return "closed by the peer";
            var isFirstPart = framer.Buffered == 0;
            framer.Append(buffer.AsSpan(0, length));
            while (framer.TryNext(out var message))
            {
                isFirstPart = true;
                if (!owner.Received(flow, message)) owner.Dropped("overload");
            }

            if (framer.TakeKeepAlive() && !owner.Received(flow, "\r\n"u8.ToArray())) owner.Dropped("overload");
            if (framer.Rejection != SipRejection.None)
            {
                owner.Dropped(framer.Rejection.ToString());
                return $"not SIP: {framer.Rejection}";
            }

            // The time for a message runs from its first byte: a trickle does not extend it.
            if (framer.Buffered == 0) late.CancelAfter(IdleTime);
            else if (isFirstPart) late.CancelAfter(MessageTime);
        }
    }

    private async Task WriteAsync(Stream stream, CancellationToken stopping)
    {
        try
        {
            await foreach (var message in _outgoing.Reader.ReadAllAsync(stopping))
            {
                await stream.WriteAsync(message, stopping);
            }
        }
        catch (IOException fault)
        {
            End(Why(fault));
        }
        catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException)
        {
            End("shutdown");
        }
    }

    private void End(string why)
    {
        _outgoing.Writer.TryComplete();
        owner.Closed(this, why);
        _socket.Dispose();
    }
}

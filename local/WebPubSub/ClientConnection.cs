using System.Security.Cryptography;
using System.Threading.Channels;

namespace Byon.Local.WebPubSub;

internal enum Subprotocol
{
    /// <summary>A plain WebSocket: data as it is, no frames.</summary>
    Raw,
    Json,
    ReliableJson,
}

/// <summary>What goes out on a socket: bytes and their kind, in order.</summary>
internal readonly record struct Outgoing(ReadOnlyMemory<byte> Frame, bool IsText);

/// <summary>
/// A client as the hub knows it. A reliable one outlives its socket: what it has not acknowledged is kept, in bounds, and
/// sent again on the next socket.
/// </summary>
internal sealed class ClientConnection(string hub, Subprotocol subprotocol, ServiceToken token, WebPubSubDoubleOptions options)
{
    private const int RememberedAcks = 1_000;

    private readonly Lock _gate = new();
    private readonly Queue<(long SequenceId, byte[] Frame)> _unacknowledged = new();
    private readonly HashSet<ulong> _ackIds = [];
    private readonly Queue<ulong> _ackOrder = new();
    private readonly HashSet<string> _roles = [.. token.Roles];
    private Channel<Outgoing>? _socket;
    private long _unacknowledgedBytes;
    private long _queuedBytes;
    private long _lastSequenceId;
    private bool _closed;

    public string Id { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    public string Hub { get; } = hub;

    public Subprotocol Subprotocol { get; private set; } = subprotocol;

    public string? UserId { get; private set; } = token.UserId;

    public string ReconnectionToken { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));

    public string CloseReason { get; private set; } = "";

    /// <summary>Closed for good: not to be taken up again.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_gate)
                return _closed;
        }
    }

    /// <summary>A new socket takes the connection up: it is told who it is, then gets what it has not acknowledged.</summary>
    /// <returns>What to send, in order; null where the connection is closed.</returns>
    public ChannelReader<Outgoing>? Attach()
    {
        lock (_gate)
        {
            if (_closed)
                return null;
            _socket?.Writer.TryComplete();
            _socket = Channel.CreateUnbounded<Outgoing>();
            _queuedBytes = 0;
            if (Subprotocol != Subprotocol.Raw)
                Queue(DownFrame.Connected(Id, UserId, Subprotocol == Subprotocol.ReliableJson ? ReconnectionToken : null));
            foreach (var (_, frame) in _unacknowledged)
                Queue(frame);
            return _socket.Reader;
        }
    }

    /// <summary>The socket is gone. True: nobody else has taken the connection up since.</summary>
    public bool Detach(ChannelReader<Outgoing> reader)
    {
        lock (_gate)
        {
            if (_socket?.Reader != reader)
                return false;
            _socket.Writer.TryComplete();
            _socket = null;
            return true;
        }
    }

    public bool IsDetached
    {
        get
        {
            lock (_gate)
                return _socket is null;
        }
    }

    public void Deliver(HubMessage message)
    {
        lock (_gate)
        {
            if (_closed)
                return;
            if (Subprotocol == Subprotocol.Raw)
            {
                Queue(message.Data, message.Type != HubDataType.Binary);
                return;
            }

            if (Subprotocol == Subprotocol.Json)
            {
                Queue(DownFrame.Message(message, null));
                return;
            }

            var frame = DownFrame.Message(message, ++_lastSequenceId);
            _unacknowledged.Enqueue((_lastSequenceId, frame));
            _unacknowledgedBytes += frame.Length;
            if (_unacknowledged.Count > options.BufferedFrames || _unacknowledgedBytes > options.BufferedBytes)
                Close("Too many messages were not acknowledged.");
            else
                Queue(frame);
        }
    }

    /// <summary>An answer to the client's own frame: not numbered, not kept.</summary>
    public void Answer(byte[] frame)
    {
        lock (_gate)
        {
            if (!_closed)
                Queue(frame);
        }
    }

    /// <summary>The socket has taken a frame over.</summary>
    public void Sent(int bytes)
    {
        lock (_gate)
            _queuedBytes -= bytes;
    }

    public void Acknowledge(long sequenceId)
    {
        lock (_gate)
        {
            while (_unacknowledged.TryPeek(out var oldest) && oldest.SequenceId <= sequenceId)
            {
                _unacknowledgedBytes -= oldest.Frame.Length;
                _unacknowledged.Dequeue();
            }
        }
    }

    /// <summary>False where this connection has used the ackId before: what it asks for is already done.</summary>
    public bool IsNew(ulong ackId)
    {
        lock (_gate)
        {
            if (!_ackIds.Add(ackId))
                return false;
            _ackOrder.Enqueue(ackId);
            if (_ackOrder.Count > RememberedAcks)
                _ackIds.Remove(_ackOrder.Dequeue());
            return true;
        }
    }

    public bool May(string permission, string group)
    {
        lock (_gate)
            return _roles.Contains("webpubsub." + permission) || _roles.Contains($"webpubsub.{permission}.{group}");
    }

    public void SetPermission(string permission, string? group, bool granted)
    {
        var role = group is null ? "webpubsub." + permission : $"webpubsub.{permission}.{group}";
        lock (_gate)
        {
            if (granted)
                _roles.Add(role);
            else
                _roles.Remove(role);
        }
    }

    /// <summary>What a connect handler made of the client, before anybody sends to it.</summary>
    public void Become(ConnectAnswer answer, Subprotocol chosen)
    {
        Subprotocol = chosen;
        UserId = answer.UserId ?? UserId;
        foreach (var role in answer.Roles ?? [])
            _roles.Add(role);
    }

    /// <summary>Ends the connection for good: it cannot be taken up again.</summary>
    public void Close(string reason)
    {
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
            CloseReason = reason;
            if (Subprotocol != Subprotocol.Raw && _socket is not null)
                _socket.Writer.TryWrite(new Outgoing(DownFrame.Disconnected(reason), IsText: true));
            _socket?.Writer.TryComplete();
            _unacknowledged.Clear();
        }
    }

    private void Queue(ReadOnlyMemory<byte> frame, bool isText = true)
    {
        if (_socket is null)
            return;
        _queuedBytes += frame.Length;
        if (_queuedBytes > options.BufferedBytes || _socket.Reader.Count >= options.BufferedFrames * 2)
            Close("The client does not read.");
        else
            _socket.Writer.TryWrite(new Outgoing(frame, isText));
    }
}

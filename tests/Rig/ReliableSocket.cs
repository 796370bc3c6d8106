using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Byon.Tests.Rig;

/// <summary>A client of the subprotocol json.reliable.webpubsub.azure.v1: acknowledges what it got and can be taken up again.</summary>
internal sealed class ReliableSocket
{
    private const string Subprotocol = "json.reliable.webpubsub.azure.v1";

    private readonly Uri _url;
    private ClientWebSocket _socket;
    private (string ConnectionId, string Token)? _recovery;

    private ReliableSocket(Uri url, ClientWebSocket socket)
    {
        _url = url;
        _socket = socket;
    }

    public static async Task<ReliableSocket> OpenAsync(Uri url, CancellationToken cancel)
    {
        var opened = new ReliableSocket(url, await ConnectAsync(url, cancel));
        return await opened.BeginAsync(cancel) ? opened : throw new WebSocketException("The service closed a new socket at once.");
    }

    /// <summary>The next event; null where the socket has gone.</summary>
    public async Task<JsonElement?> ReadAsync(CancellationToken cancel)
    {
        while (await ReadFrameAsync(cancel) is { } frame)
        {
            if (frame.GetProperty("type").GetString() != "message")
                continue;
            if (frame.TryGetProperty("sequenceId", out var sequenceId))
                await SendAsync($$"""{"type":"sequenceAck","sequenceId":{{sequenceId.GetInt64()}}}""", cancel);
            return frame.GetProperty("data");
        }

        return null;
    }

    /// <summary>False where the service has forgotten the connection, or told to start anew.</summary>
    public async Task<bool> RecoverAsync(CancellationToken cancel)
    {
        if (_recovery is not { } known || _socket.CloseStatus == WebSocketCloseStatus.PolicyViolation)
            return false;
        var query = $"awps_connection_id={Uri.EscapeDataString(known.ConnectionId)}&awps_reconnection_token={Uri.EscapeDataString(known.Token)}";
        _socket = await ConnectAsync(new UriBuilder(_url) { Query = query }.Uri, cancel);
        _recovery = null;
        return await BeginAsync(cancel);
    }

    public void Forget() => _recovery = null;

    public void Abort() => _socket.Abort();

    private static async Task<ClientWebSocket> ConnectAsync(Uri url, CancellationToken cancel)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(Subprotocol);
        await socket.ConnectAsync(url, cancel);
        return socket;
    }

    /// <summary>The first frame says who the connection is.</summary>
    private async Task<bool> BeginAsync(CancellationToken cancel)
    {
        if (await ReadFrameAsync(cancel) is not { } frame || !frame.TryGetProperty("connectionId", out var connectionId))
            return false;
        _recovery = (connectionId.GetString()!, frame.GetProperty("reconnectionToken").GetString()!);
        return true;
    }

    private async Task<JsonElement?> ReadFrameAsync(CancellationToken cancel)
    {
        using var message = new MemoryStream();
        var part = new byte[16 * 1024];
        try
        {
            while (await _socket.ReceiveAsync(part, cancel) is { MessageType: not WebSocketMessageType.Close } read)
            {
                message.Write(part, 0, read.Count);
                if (read.EndOfMessage)
                    return JsonSerializer.Deserialize<JsonElement>(message.ToArray());
            }
        }
        catch (Exception gone) when (gone is WebSocketException or ObjectDisposedException or IOException)
        {
            _socket.Abort();
        }

        return null;
    }

    private Task SendAsync(string frame, CancellationToken cancel) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, endOfMessage: true, cancel);
}

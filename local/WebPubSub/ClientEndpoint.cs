using System.Net.WebSockets;
using System.Threading.Channels;

namespace Byon.Local.WebPubSub;

/// <summary>The clients' side: WebSockets at <c>/client/hubs/{hub}</c>.</summary>
internal sealed class ClientEndpoint(Hubs hubs, Upstream upstream, WebPubSubDoubleOptions options, TimeProvider time)
{
    private const string JsonName = "json.webpubsub.azure.v1";
    private const string ReliableJsonName = "json.reliable.webpubsub.azure.v1";
    private const int LargestFrame = 1024 * 1024;

    public static string? NameOf(Subprotocol subprotocol) =>
        subprotocol switch { Subprotocol.Json => JsonName, Subprotocol.ReliableJson => ReliableJsonName, _ => null };

    public async Task HandleAsync(HttpContext context, string hub)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        var offered = context.WebSockets.WebSocketRequestedProtocols;
        // A connect handler may choose among several; without one there is to be exactly one.
        var subprotocol = offered.Count > 1 && !upstream.Handles(hub, "connect") ? null : Known([.. offered]);
        if (subprotocol is null)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync("Without a connect handler the service takes exactly one subprotocol, one that it knows.", context.RequestAborted);
            return;
        }

        if (context.Request.Query["awps_connection_id"].ToString() is { Length: > 0 } connectionId && subprotocol == Subprotocol.ReliableJson)
        {
            await RecoverAsync(context, hubs.Get(hub), connectionId);
            return;
        }

        await ConnectAsync(context, hub, subprotocol.Value);
    }

    /// <summary>The first one that the service knows; a plain WebSocket where none was offered.</summary>
    private static Subprotocol? Known(params IReadOnlyList<string> offered) => offered.Count == 0
        ? Subprotocol.Raw
        : offered.Select(name => name switch { JsonName => Subprotocol.Json, ReliableJsonName => (Subprotocol?)Subprotocol.ReliableJson, _ => null })
            .FirstOrDefault(known => known is not null);

    private async Task ConnectAsync(HttpContext context, string hub, Subprotocol subprotocol)
    {
        var token = ServiceToken.Check(TokenOf(context.Request), options.AccessKey, time.GetUtcNow(), AudienceOf(context.Request, hub));
        if (token is null)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        var connection = new ClientConnection(hub, subprotocol, token, options);
        IEnumerable<string> groups = token.Groups;
        if (upstream.Handles(hub, "connect"))
        {
            var answer = await upstream.ConnectAsync(connection, context.Request, [.. context.WebSockets.WebSocketRequestedProtocols]);
            var chosen = answer.Subprotocol is { } name ? Known(name) : subprotocol;
            if (!answer.IsAllowed || chosen is null)
            {
                context.Response.StatusCode = answer.Status is 401 or 403 ? answer.Status : StatusCodes.Status500InternalServerError;
                return;
            }

            connection.Become(answer, chosen.Value);
            groups = groups.Concat(answer.Groups ?? []);
        }

        var state = hubs.Get(hub);
        state.Add(connection, groups);
        using var socket = await AcceptAsync(context, connection.Subprotocol);
        upstream.Connected(connection);
        await ServeAsync(state, connection, socket, connection.Attach()!, context.RequestAborted);
    }

    private async Task RecoverAsync(HttpContext context, Hub state, string connectionId)
    {
        var connection = state.Find(connectionId);
        var known = connection?.ReconnectionToken == context.Request.Query["awps_reconnection_token"].ToString();
        using var socket = await AcceptAsync(context, Subprotocol.ReliableJson);
        if (!known || connection!.Attach() is not { } outgoing)
        {
            await CloseAsync(socket, "The connection cannot be recovered: start anew.", context.RequestAborted);
            return;
        }

        await ServeAsync(state, connection, socket, outgoing, context.RequestAborted);
    }

    private async Task ServeAsync(Hub state, ClientConnection connection, WebSocket socket, ChannelReader<Outgoing> outgoing, CancellationToken aborted)
    {
        var sending = SendAsync(connection, socket, outgoing, aborted);
        var saidGoodbye = await ReceiveAsync(new ClientCommands(state, connection, upstream), connection, socket, aborted);
        var lost = connection.Detach(outgoing);
        if (saidGoodbye || (lost && connection.Subprotocol != Subprotocol.ReliableJson))
            connection.Close("The client left.");
        if (connection.IsClosed)
            state.Remove(connection);
        else if (lost)
            hubs.ForgetUnlessRecovered(state, connection);
        await sending;
        await CloseAsync(socket, connection.CloseReason, aborted);
    }

    /// <summary>Ends when the connection closes or its next socket comes; the rest of the queue is sent before that.</summary>
    private static async Task SendAsync(ClientConnection connection, WebSocket socket, ChannelReader<Outgoing> outgoing, CancellationToken aborted)
    {
        try
        {
            await foreach (var (frame, isText) in outgoing.ReadAllAsync(aborted))
            {
                await socket.SendAsync(frame, isText ? WebSocketMessageType.Text : WebSocketMessageType.Binary, endOfMessage: true, aborted);
                connection.Sent(frame.Length);
            }

            if (connection.IsClosed && socket.State is (WebSocketState.Open or WebSocketState.CloseReceived))
                await socket.CloseOutputAsync(WebSocketCloseStatus.PolicyViolation, Short(connection.CloseReason), aborted);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            socket.Abort();
        }
    }

    /// <returns>True where the client closed the socket as it should, and so does not come back.</returns>
    private static async Task<bool> ReceiveAsync(ClientCommands commands, ClientConnection connection, WebSocket socket, CancellationToken aborted)
    {
        var buffer = new byte[4 * 1024];
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(), aborted);
                if (received.MessageType == WebSocketMessageType.Close)
                    return socket.CloseStatus is WebSocketCloseStatus.NormalClosure or WebSocketCloseStatus.EndpointUnavailable or WebSocketCloseStatus.Empty;
                if (connection.IsClosed)
                    continue;
                message.Write(buffer.AsSpan(0, received.Count));
                if (message.Length > LargestFrame)
                    connection.Close("The frame is too large.");
                if (!received.EndOfMessage)
                    continue;
                await commands.ExecuteAsync(message.GetBuffer().AsMemory(0, (int)message.Length), received.MessageType == WebSocketMessageType.Text);
                message.SetLength(0);
            }
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            return false;
        }
    }

    private static Task<WebSocket> AcceptAsync(HttpContext context, Subprotocol subprotocol) => context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
    {
        SubProtocol = NameOf(subprotocol),
        KeepAliveInterval = TimeSpan.FromSeconds(10),
        KeepAliveTimeout = TimeSpan.FromSeconds(20),
    });

    private static async Task CloseAsync(WebSocket socket, string reason, CancellationToken aborted)
    {
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(reason.Length == 0 ? WebSocketCloseStatus.NormalClosure : WebSocketCloseStatus.PolicyViolation, Short(reason), aborted);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            socket.Abort();
        }
    }

    // A close frame holds 123 octets of reason.
    private static string Short(string reason) => reason.Length <= 100 ? reason : reason[..100];

    private static string TokenOf(HttpRequest request) =>
        request.Query["access_token"].ToString() is { Length: > 0 } token ? token : Bearer.Of(request);

    private static string AudienceOf(HttpRequest request, string hub) => $"{request.Scheme}://{request.Host}/client/hubs/{hub}";
}

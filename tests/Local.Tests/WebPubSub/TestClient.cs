using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Byon.Tests.TestKit;

namespace Byon.Tests.Local.Tests.WebPubSub;

/// <summary>A WebSocket client that reads frame by frame.</summary>
internal sealed class TestClient : IDisposable
{
    public const string Json = "json.webpubsub.azure.v1";
    public const string ReliableJson = "json.reliable.webpubsub.azure.v1";

    private readonly ClientWebSocket _socket = new();

    public string ConnectionId { get; private set; } = "";

    public string ReconnectionToken { get; private set; } = "";

    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    /// <summary>Connects and reads the first frame, which says who the client is.</summary>
    public static async Task<TestClient> ConnectAsync(Uri address, string subprotocol)
    {
        var client = await OpenAsync(address, subprotocol);
        var connected = await client.ReadAsync();
        Assert.Equal("connected", connected.GetProperty("event").GetString());
        client.ConnectionId = connected.GetProperty("connectionId").GetString()!;
        client.ReconnectionToken = connected.TryGetProperty("reconnectionToken", out var token) ? token.GetString()! : "";
        return client;
    }

    public static async Task<TestClient> OpenAsync(Uri address, params string[] subprotocols)
    {
        var client = new TestClient();
        foreach (var subprotocol in subprotocols)
            client._socket.Options.AddSubProtocol(subprotocol);
        using var patience = new CancellationTokenSource(WaitFor.DefaultLimit);
        await client._socket.ConnectAsync(address, patience.Token);
        return client;
    }

    public async Task SendAsync(string frame)
    {
        using var patience = new CancellationTokenSource(WaitFor.DefaultLimit);
        await _socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, true, patience.Token);
    }

    public async Task<JsonElement> ReadAsync()
    {
        using var json = JsonDocument.Parse(await ReadTextAsync() ?? throw new InvalidOperationException("The connection was closed: " + _socket.CloseStatusDescription));
        return json.RootElement.Clone();
    }

    /// <summary>Null when the service closes the socket.</summary>
    public async Task<string?> ReadTextAsync()
    {
        using var patience = new CancellationTokenSource(WaitFor.DefaultLimit);
        using var message = new MemoryStream();
        var buffer = new byte[4_096];
        while (true)
        {
            var received = await _socket.ReceiveAsync(buffer.AsMemory(), patience.Token);
            if (received.MessageType == WebSocketMessageType.Close)
                return null;
            message.Write(buffer, 0, received.Count);
            if (received.EndOfMessage)
                return Encoding.UTF8.GetString(message.ToArray());
        }
    }

    public async Task ReadUntilClosedAsync()
    {
        while (await ReadTextAsync() is not null)
        {
        }
    }

    /// <summary>Goes without a word, as a lost network does.</summary>
    public void Abort() => _socket.Abort();

    public async Task CloseAsync()
    {
        using var patience = new CancellationTokenSource(WaitFor.DefaultLimit);
        await _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
    }

    public void Dispose() => _socket.Dispose();
}

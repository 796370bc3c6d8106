using System.Net.WebSockets;
using System.Text.Json;
using Byon.Tests.TestKit;

namespace Byon.Tests.Functions.Tests.Channels;

/// <summary>A socket of a channel as a client without any cleverness opens it: reads events, one after the other.</summary>
internal sealed class ChannelSocket : IDisposable
{
    private readonly ClientWebSocket _socket = new();

    public string ConnectionId { get; private set; } = "";

    public static async Task<ChannelSocket> OpenAsync(string url)
    {
        var channel = new ChannelSocket();
        channel._socket.Options.AddSubProtocol("json.webpubsub.azure.v1");
        using var patience = new CancellationTokenSource(WaitFor.DefaultLimit);
        await channel._socket.ConnectAsync(new Uri(url), patience.Token);
        var connected = await channel.ReadFrameAsync();
        channel.ConnectionId = connected!.Value.GetProperty("connectionId").GetString()!;
        return channel;
    }

    /// <summary>The next event; null where the service closed the socket.</summary>
    public async Task<JsonElement?> ReadAsync()
    {
        while (await ReadFrameAsync() is { } frame)
        {
            if (frame.GetProperty("type").GetString() == "message")
                return frame.GetProperty("data");
        }

        return null;
    }

    public void Dispose() => _socket.Dispose();

    private async Task<JsonElement?> ReadFrameAsync()
    {
        using var patience = new CancellationTokenSource(WaitFor.DefaultLimit);
        using var message = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var received = await _socket.ReceiveAsync(buffer.AsMemory(), patience.Token);
            if (received.MessageType == WebSocketMessageType.Close)
                return null;
            message.Write(buffer, 0, received.Count);
            if (received.EndOfMessage)
                return JsonSerializer.Deserialize<JsonElement>(message.ToArray());
        }
    }
}

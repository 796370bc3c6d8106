using System.Net.WebSockets;
using System.Text.Json;
using Byon.Tests.TestKit;

namespace Byon.Tests.Rig;

/// <summary>A WebSocket channel of a device: the events it was told, oldest first.</summary>
public sealed class DeviceChannel : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly List<JsonElement> _events = [];

    public IReadOnlyList<JsonElement> Events
    {
        get
        {
            lock (_events)
                return [.. _events];
        }
    }

    public static async Task<DeviceChannel> OpenAsync(GatewayApi api, string deviceId)
    {
        var answer = await api.OpenChannelAsync(deviceId);
        var channel = new DeviceChannel();
        channel._socket.Options.AddSubProtocol("json.webpubsub.azure.v1");
        await channel._socket.ConnectAsync(new Uri(answer.Body.GetProperty("channelData").GetProperty("channelURL").GetString()!), CancellationToken.None);
        _ = channel.ReadAsync();
        return channel;
    }

    /// <summary>Waits for an event whose type ends so and whose data fits.</summary>
    public Task<JsonElement> WaitForAsync(string typeEnd, Func<JsonElement, bool> holds, TimeSpan? limit = null)
    {
        JsonElement? found = null;
        return WaitAsync();

        async Task<JsonElement> WaitAsync()
        {
            await WaitFor.TrueAsync(
                () => (found = Events.Select(one => (JsonElement?)one).FirstOrDefault(Fits)) is not null,
                limit, () => string.Join(Environment.NewLine, Events), $"event {typeEnd}");
            return found!.Value.GetProperty("data");
        }

        bool Fits(JsonElement? one) =>
            one!.Value.GetProperty("type").GetString()!.EndsWith(typeEnd, StringComparison.Ordinal) && holds(one.Value.GetProperty("data"));
    }

    public void Dispose() => _socket.Dispose();

    private async Task ReadAsync()
    {
        using var message = new MemoryStream();
        var part = new byte[16 * 1024];
        try
        {
            while (await _socket.ReceiveAsync(part, CancellationToken.None) is { MessageType: not WebSocketMessageType.Close } read)
            {
                message.Write(part, 0, read.Count);
                if (!read.EndOfMessage)
                    continue;
                Keep(JsonSerializer.Deserialize<JsonElement>(message.ToArray()));
                message.SetLength(0);
            }
        }
        catch (Exception gone) when (gone is WebSocketException or ObjectDisposedException)
        {
            // The test or the stack ended; who waits for an event runs into its limit.
        }
    }

    /// <summary>Group messages hold a CloudEvent in data; the rest is the service's own talk.</summary>
    private void Keep(JsonElement message)
    {
        if (message.GetProperty("type").GetString() != "message")
            return;
        var data = message.GetProperty("data");
        var cloudEvent = data.ValueKind == JsonValueKind.String ? JsonSerializer.Deserialize<JsonElement>(data.GetString()!) : data.Clone();
        lock (_events)
            _events.Add(cloudEvent);
    }
}

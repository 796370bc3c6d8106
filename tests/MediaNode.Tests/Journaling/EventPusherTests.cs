using System.Net.WebSockets;
using System.Text.Json;
using Azure.Messaging.WebPubSub;
using Byon.Local.WebPubSub;
using Byon.MediaNode.Journaling;
using Byon.MediaNode.Telemetry;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Tests.MediaNode.Tests.Rig;
using Byon.Tests.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Byon.Tests.MediaNode.Tests.Journaling;

public class EventPusherTests
{
    private const string Key = "test-access-key-of-some-length-1234";

    private static readonly DeviceKey Device = new("+34600000001", "8a5b8d5e-4f4c-4f5e-9a51-3a2f7f3f0a01");

    [Fact]
    public async Task What_web_pubsub_did_not_take_is_pushed_in_order_once_it_does()
    {
        await using var service = await WebPubSubDouble.StartAsync(new WebPubSubDoubleOptions(0, Key), CancellationToken.None);
        await using var gate = new StorageGate(service.Port);
        var through = service.ConnectionString.Replace($":{service.Port};", $":{gate.Port};", StringComparison.Ordinal);
        using var metrics = new NodeMetrics();
        using var pusher = new EventPusher(new EventPublisher(new WebPubSubServiceClient(through, "byon")), metrics, NullLogger<EventPusher>.Instance);
        using var socket = await OpenAsync(service);

        gate.Close();
        for (var position = 1; position <= 4; position++)
            pusher.Push(Event(position));
        gate.Open();

        foreach (var expected in new[] { "1", "2", "3", "4" })
            Assert.Equal(expected, await CursorAsync(socket));
        using var patience = new CancellationTokenSource(WaitFor.DefaultLimit);
        Assert.True(await pusher.FlushAsync(patience.Token));
    }

    private static DeviceEvent Event(long position) => new(
        Device, position, Guid.NewGuid().ToString(), DateTimeOffset.UnixEpoch,
        new CallEventData(false, "call", (int)position, CallStatus.Ringing, "tel:+34600000001", null, "tel:+34600000002", null, null, null, null, null));

    private static async Task<ClientWebSocket> OpenAsync(WebPubSubDouble service)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("json.webpubsub.azure.v1");
        var url = new WebPubSubServiceClient(service.ConnectionString, "byon").GetClientAccessUri(groups: [EventPublisher.GroupOf(Device)]);
        using var patience = new CancellationTokenSource(WaitFor.DefaultLimit);
        await socket.ConnectAsync(url, patience.Token);
        Assert.Equal("connected", (await ReadAsync(socket)).GetProperty("event").GetString());
        return socket;
    }

    private static async Task<string?> CursorAsync(ClientWebSocket socket) => (await ReadAsync(socket)).GetProperty("data").GetProperty("cursor").GetString();

    private static async Task<JsonElement> ReadAsync(ClientWebSocket socket)
    {
        var buffer = new byte[16 * 1024];
        using var patience = new CancellationTokenSource(WaitFor.DefaultLimit);
        var received = await socket.ReceiveAsync(buffer, patience.Token);
        Assert.True(received.EndOfMessage);
        return JsonSerializer.Deserialize<JsonElement>(buffer.AsSpan(0, received.Count));
    }
}

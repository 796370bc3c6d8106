using System.Net.WebSockets;
using System.Text.Json;
using Azure;
using Byon.Local.WebPubSub;
using Byon.Platform;
using Byon.Platform.Events;
using Byon.Tests.TestKit;

namespace Byon.Tests.Platform.Tests.Events;

public sealed class EventPublisherTests : IAsyncLifetime
{
    private static readonly DeviceKey Device = new("+34600111222", "laptop");
    private static readonly DateTimeOffset Time = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    private WebPubSubDouble _double = null!;

    public async Task InitializeAsync() =>
        _double = await WebPubSubDouble.StartAsync(new WebPubSubDoubleOptions(0, new string('k', 40)), CancellationToken.None);

    public async Task DisposeAsync() => await _double.DisposeAsync();

    [Fact]
    public async Task A_device_hears_its_own_events_and_no_others()
    {
        using var patience = new CancellationTokenSource(WaitFor.DefaultLimit);
        var service = PlatformServices.CreateWebPubSub(new WebPubSubOptions { ConnectionString = _double.ConnectionString });
        var publisher = new EventPublisher(service);
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("json.webpubsub.azure.v1");
        await socket.ConnectAsync(service.GetClientAccessUri(groups: [EventPublisher.GroupOf(Device)]), patience.Token);
        Assert.Equal("connected", (await ReadAsync(socket, patience.Token)).GetProperty("event").GetString());

        var ended = new RegistrationEndedData("r-1", RegistrationEndReason.RegistrationExpired, null);
        await publisher.PublishAsync(new DeviceEvent(Device with { PhoneNumber = "+34600999999" }, 1, "foreign", Time, ended), patience.Token);
        await publisher.PublishAsync(new DeviceEvent(Device, 7, "own", Time, ended), patience.Token);
        await publisher.PublishMilestoneAsync(Device, new CallMilestoneData("m-1", "sip.invite-sent", "INVITE"), Time, patience.Token);

        var own = (await ReadAsync(socket, patience.Token)).GetProperty("data");
        Assert.Equal(("own", "7"), (own.GetProperty("id").GetString(), own.GetProperty("cursor").GetString()));
        var milestone = (await ReadAsync(socket, patience.Token)).GetProperty("data").GetProperty("data");
        Assert.Equal("sip.invite-sent", milestone.GetProperty("milestone").GetString());
    }

    [Fact]
    public async Task A_service_that_is_gone_is_a_failed_request()
    {
        var publisher = new EventPublisher(PlatformServices.CreateWebPubSub(new WebPubSubOptions { ConnectionString = _double.ConnectionString }));
        await _double.DisposeAsync();

        await Assert.ThrowsAsync<RequestFailedException>(
            () => publisher.PublishMilestoneAsync(Device, new CallMilestoneData("m-1", "m", null), Time, CancellationToken.None));
    }

    [Fact]
    public void A_group_tells_neither_number_nor_device()
    {
        var group = EventPublisher.GroupOf(Device);

        Assert.DoesNotContain("600111222", group, StringComparison.Ordinal);
        Assert.DoesNotContain("laptop", group, StringComparison.Ordinal);
        Assert.Equal(group, EventPublisher.GroupOf(new DeviceKey("+34600111222", "laptop")));
        Assert.NotEqual(group, EventPublisher.GroupOf(Device with { DeviceId = "laptop2" }));
    }

    private static async Task<JsonElement> ReadAsync(WebSocket socket, CancellationToken cancel)
    {
        var buffer = new byte[16 * 1024];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), cancel);
        return JsonElement.Parse(buffer.AsSpan(0, received.Count));
    }
}

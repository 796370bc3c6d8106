using System.Text.Json.Nodes;
using Byon.Functions.Delivery;
using Byon.Local.Push;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Byon.Tests.Functions.Tests.Rig;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Byon.Tests.Functions.Tests.Channels;

/// <summary>Channels that are brought by delivery, with every push service and receivers on this machine allowed.</summary>
public sealed class DeliveredChannelTests(ApiRig rig) : ApiTest(rig), IAsyncLifetime
{
    private PushDouble _push = null!;
    private WebApplication _api = null!;
    private Uri _address = null!;

    public new async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _push = await PushDouble.StartAsync();
        var settings = _push.Settings.Select(setting => $"--{setting.Key.Replace("__", ":", StringComparison.Ordinal)}={setting.Value}");
        (_api, _address) = await Rig.StartApiAsync([.. settings, "--Sinks:AllowLoopback=true"]);
    }

    public new async Task DisposeAsync()
    {
        await _api.DisposeAsync();
        await _push.DisposeAsync();
    }

    [Fact]
    public async Task AWebhookIsToldEventsAsASocketIs()
    {
        await using var receiver = await ChannelReceiver.StartAsync();
        var caller = NewCaller().At(_address);
        var created = await CreateAsync(caller, "Webhook", Webhook(receiver.Url, "secret"));
        Assert.Equal(receiver.Url, (string?)created["channelData"]!["webhook"]!["notificationUrl"]);
        Assert.DoesNotContain("secret", created.ToJsonString(), StringComparison.Ordinal);
        var device = new CalledDevice(Rig, caller);
        var call = await device.RingAsync();
        await device.BecomeAsync(call, CallStatus.SessionCancelled);

        await DeliverAsync(device.Key);

        Assert.Equal(["Bearer secret", "Bearer secret"], receiver.Taken.Select(taken => taken.Authorization));
        Assert.Equal([EventTypes.SessionInvitation, EventTypes.SessionStatus], receiver.Taken.Select(taken => (string)taken.CloudEvent["type"]!));
        Assert.All(receiver.Taken, taken => Assert.Equal(call, (string?)taken.CloudEvent["data"]!["mediaSessionId"]));
        Assert.Equal(["1", "2"], receiver.Taken.Select(taken => (string)taken.CloudEvent["cursor"]!));
    }

    [Theory]
    [InlineData("browser")]
    [InlineData("android")]
    [InlineData("iphone")]
    public async Task AnInvitationWakesTheDeviceAndAnUnansweredEndStopsTheRinging(string kind)
    {
        var caller = NewCaller().At(_address);
        var token = NewDevice(kind);
        await CreatePushAsync(caller, token);
        var device = new CalledDevice(Rig, caller);
        var call = await device.RingAsync();
        await device.BecomeAsync(call, CallStatus.Ringing);
        await device.EndAsync(call, CallStatus.SessionCancelled, 3);

        await DeliverAsync(device.Key);

        Assert.Equal(["Initial", "SessionCancelled"], _push.Received.Select(push => push.Text("status")));
        Assert.All(_push.Received, push => Assert.Equal((token, call), (push.RegistrationToken, push.Text("mediaSessionId"))));
        Assert.All(_push.Received, push => Assert.DoesNotContain("+34", push.Payload.GetRawText(), StringComparison.Ordinal));
        Assert.Empty(_push.Faults);
    }

    [Fact]
    public async Task ACallThatWasAnsweredEndsWithoutAPush()
    {
        var caller = NewCaller().At(_address);
        await CreatePushAsync(caller, _push.NewAndroid());
        var device = new CalledDevice(Rig, caller);
        var call = await device.RingAsync();
        await device.BecomeAsync(call, CallStatus.Connected);
        await device.EndAsync(call, CallStatus.Terminated, 3);
        await DeliverAsync(device.Key);
        Assert.Equal("Initial", Assert.Single(_push.Received).Text("status"));
    }

    [Fact]
    public async Task AChannelMadeWhileTheDeviceRingsWakesItStill()
    {
        var caller = NewCaller().At(_address);
        var device = new CalledDevice(Rig, caller);
        var call = await device.RingAsync();
        await CreatePushAsync(caller, _push.NewAndroid());
        await DeliverAsync(device.Key);
        Assert.Equal(call, Assert.Single(_push.Received).Text("mediaSessionId"));
    }

    [Fact]
    public async Task ADeviceThatIsGoneEndsItsChannel()
    {
        var caller = NewCaller().At(_address);
        var token = _push.NewIPhone();
        var path = (string)(await CreatePushAsync(caller, token))["resourceURL"]!;
        (await caller.GetAsync(path)).ShouldBe(200);
        _push.Uninstall(token);
        var device = new CalledDevice(Rig, caller);
        await device.RingAsync();
        await DeliverAsync(device.Key);
        (await caller.GetAsync(path)).ShouldBe(404, "NOT_FOUND");
    }

    [Fact]
    public async Task ABusyPushServiceIsTriedAgain()
    {
        var caller = NewCaller().At(_address);
        var token = _push.NewAndroid();
        var id = (string)(await CreatePushAsync(caller, token))["channelId"]!;
        _push.Answer(token, new PushAnswer(503, "UNAVAILABLE", RetryAfter: "30"));
        var device = new CalledDevice(Rig, caller);
        await device.RingAsync();

        await DeliverAsync(device.Key);
        Assert.Empty(_push.Received);
        await DeliverAsync(device.Key, id);
        Assert.Single(_push.Received);
    }

    [Fact]
    public async Task ATokenToldAnewTakesThePlaceOfTheOldChannel()
    {
        var caller = NewCaller().At(_address);
        var token = _push.NewBrowser();
        var first = (string)(await CreatePushAsync(caller, token))["resourceURL"]!;
        await CreatePushAsync(caller, token);
        (await caller.GetAsync(first)).ShouldBe(404, "NOT_FOUND");
        var device = new CalledDevice(Rig, caller);
        await device.RingAsync();
        await DeliverAsync(device.Key);
        Assert.Single(_push.Received);
    }

    [Fact]
    public async Task EveryKindIsReadRenewedReplayedAndDeleted()
    {
        var caller = NewCaller().At(_address);
        var made = new[]
        {
            await CreatePushAsync(caller, _push.NewAndroid()),
            await CreateAsync(caller, "Webhook", Webhook("https://asp.example/hook", null)),
        };
        foreach (var channel in made)
        {
            var path = (string)channel["resourceURL"]!;
            var read = await caller.GetAsync(path);
            read.ShouldBe(200);
            Assert.Equal((string?)channel["channelType"], (string?)read.Json["channels"]![0]!["channelType"]);
            (await caller.PutAsync(path, null)).ShouldBe(201);
            (await caller.GetAsync(path + "/events")).ShouldBe(200);
            foreach (var stranger in new[] { NewCaller().At(_address), caller.ThroughOtherClient().At(_address) })
            {
                (await stranger.GetAsync(path)).ShouldBe(404, "NOT_FOUND");
                (await stranger.PutAsync(path, null)).ShouldBe(404, "NOT_FOUND");
                (await stranger.DeleteAsync(path)).ShouldBe(404, "NOT_FOUND");
            }

            (await caller.DeleteAsync(path)).ShouldBe(204);
            (await caller.GetAsync(path)).ShouldBe(404, "NOT_FOUND");
        }
    }

    [Fact]
    public async Task AChannelIsNoSubscription()
    {
        var caller = NewCaller().At(_address);
        await CreatePushAsync(caller, _push.NewAndroid());
        var list = await caller.GetAsync("/webrtc-events/v0.3/subscriptions");
        list.ShouldBe(200);
        Assert.Equal("[]", list.Text);
    }

    [Fact]
    public async Task TheTokenOfAPushIsSealedAtRest()
    {
        var caller = NewCaller().At(_address);
        var token = _push.NewAndroid();
        var id = (string)(await CreatePushAsync(caller, token))["channelId"]!;
        await foreach (var row in Rig.Tables.GetTableClient(TableNames.Readers).QueryAsync<Azure.Data.Tables.TableEntity>($"ReaderId eq '{id}'"))
            Assert.DoesNotContain(row, property => property.Value is string text && text.Contains(token, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Webhook", "{}", "channelData.webhook")]
    [InlineData("Webhook", """{"webhook":{}}""", "channelData.webhook.notificationUrl")]
    [InlineData("Webhook", """{"webhook":{"notificationUrl":"http://asp.example/"}}""", "notificationUrl is not an https URI")]
    [InlineData("Webhook", """{"webhook":{"notificationUrl":"https://10.0.0.1/"}}""", "notificationUrl is not an address of the public Internet")]
    [InlineData("Webhook", """{"webhook":{"notificationUrl":"https://asp.example/"},"expiresAt":"2020-01-01T00:00:00Z"}""", "channelData.expiresAt")]
    [InlineData("PNSChannel", "{}", "channelData.registrationToken")]
    [InlineData("PNSChannel", """{"registrationToken":"{}"}""", "channelData.registrationToken is no PushSubscription")]
    [InlineData("PNSChannel", """{"registrationToken":"a b"}""", "channelData.registrationToken is no token")]
    [InlineData("PNSChannel", """{"channelURL":"x","registrationToken":"abc"}""", "channelData.channelURL")]
    public async Task BadChannelDataIsNamed(string type, string data, string named)
    {
        var caller = NewCaller().At(_address);
        (await caller.PostAsync(PathOf(caller), Body(type, JsonNode.Parse(data)!))).ShouldBe(400, "INVALID_ARGUMENT", named);
    }

    [Fact]
    public async Task AnEndpointThatNoClientMayHaveUsCallIsRefused()
    {
        var caller = NewCaller().At(_address);
        var subscription = JsonNode.Parse(_push.NewBrowser())!;
        subscription["endpoint"] = "https://169.254.169.254/latest";
        (await caller.PostAsync(PathOf(caller), Body("PNSChannel", new JsonObject { ["registrationToken"] = subscription.ToJsonString() })))
            .ShouldBe(400, "INVALID_ARGUMENT", "endpoint is not an address of the public Internet");
    }

    private static string PathOf(TestCaller caller) => $"/notificationchannel/v1/{caller.DeviceId}/channels";

    private static JsonObject Body(string type, JsonNode data) => new() { ["channelType"] = type, ["channelData"] = data };

    private static JsonObject Webhook(string url, string? token)
    {
        var webhook = new JsonObject { ["notificationUrl"] = url };
        if (token is not null)
            webhook["notificationAuthToken"] = token;
        return new JsonObject { ["webhook"] = webhook };
    }

    private static async Task<JsonNode> CreateAsync(TestCaller caller, string type, JsonNode data)
    {
        var answer = await caller.PostAsync(PathOf(caller), Body(type, data));
        answer.ShouldBe(200);
        return answer.Json;
    }

    private static Task<JsonNode> CreatePushAsync(TestCaller caller, string token) =>
        CreateAsync(caller, "PNSChannel", new JsonObject { ["registrationToken"] = token });

    private string NewDevice(string kind) => kind switch
    {
        "browser" => _push.NewBrowser(),
        "android" => _push.NewAndroid(),
        _ => _push.NewIPhone(),
    };

    /// <summary>As the queue's function does it.</summary>
    private Task DeliverAsync(DeviceKey device, string? readerId = null) =>
        _api.Services.GetRequiredService<DeviceDelivery>().DeliverAsync(new DeliveryRequest(device, readerId), CancellationToken.None);
}

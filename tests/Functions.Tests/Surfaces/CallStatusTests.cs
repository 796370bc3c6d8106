using System.Text.Json.Nodes;
using Byon.Local.Identity;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Tests.Functions.Tests.Delivery;
using Byon.Tests.Functions.Tests.Rig;

namespace Byon.Tests.Functions.Tests.Surfaces;

/// <summary>Our extension: whether a device is on the phone.</summary>
public sealed class CallStatusTests(ApiRig rig) : ApiTest(rig)
{
    private const string Subscriptions = "/call-status/v1/subscriptions";
    private const string CamaraSubscriptions = "/webrtc-events/v0.3/subscriptions";
    private const string Type = "org.byon-serverless.call-status.v1.call-status-changed";

    [Fact]
    public async Task ASubscriptionIsKnownOnThisSurfaceOnly()
    {
        var caller = NewCaller();
        var created = await caller.PostAsync(Subscriptions, caller.CallStatusSubscription());
        created.ShouldBe(201);
        Assert.Equal([Type], created.Json["types"]!.AsArray().Select(type => (string?)type));

        Assert.Equal($"[{created.Text}]", (await caller.GetAsync(Subscriptions)).Text);
        (await caller.GetAsync($"{CamaraSubscriptions}/{created.Json["id"]}")).ShouldBe(404, "NOT_FOUND");
        Assert.Equal("[]", (await caller.GetAsync(CamaraSubscriptions)).Text);
        (await caller.GetAsync($"{Subscriptions}/{await caller.SubscribeAsync()}")).ShouldBe(404, "NOT_FOUND");
    }

    [Fact]
    public async Task CallEventsCannotBeHadHereNorStatusThere()
    {
        var caller = NewCaller();
        (await caller.PostAsync(Subscriptions, caller.SubscriptionTo("https://asp.example/sink"))).ShouldBe(400, "INVALID_ARGUMENT", "types");
        (await caller.PostAsync(CamaraSubscriptions, caller.CallStatusSubscription())).ShouldBe(400, "INVALID_ARGUMENT", "types");
    }

    [Fact]
    public async Task ScopesOfCallEventsDoNotReachIt()
    {
        var caller = NewCaller();
        var token = new TokenSpec { PhoneNumber = caller.Number, Scope = "webrtc-events:read webrtc-events:org.camaraproject.webrtc-events.v0.session-status:create" };
        (await Rig.SendAsync(HttpMethod.Post, Subscriptions, token, caller.CallStatusSubscription().ToJsonString())).ShouldBe(403, "PERMISSION_DENIED");
    }

    [Fact]
    public async Task OnlyWhatChangesTheStatusIsToldAndNothingOfTheCall()
    {
        var bench = new DeliveryBench(Rig);
        await bench.AddReaderAsync(reader => reader with { Kinds = EventKinds.LineStatus, Dialect = EventDialect.CallStatus });
        await AppendAsync(true, CallStatus.Initial, LineStatus.Ringing);
        await AppendAsync(false, CallStatus.Connected, LineStatus.OnThePhone);
        await AppendAsync(false, CallStatus.Hold, null);
        await AppendAsync(false, CallStatus.Terminated, LineStatus.Idle);
        await bench.Log.AppendAsync(
            bench.Device, new RegistrationEndedData("registration", RegistrationEndReason.RegistrationExpired, null), bench.Clock.GetUtcNow(), default);

        await bench.DeliverAsync();

        var told = bench.Transport.Taken.Select(taken => JsonNode.Parse(taken.CloudEvent.Span)!).ToList();
        Assert.Equal(["RINGING", "ON_THE_PHONE", "IDLE"], told.Select(one => (string?)one["data"]!["callStatus"]));
        Assert.All(told, one => Assert.Equal(Type, (string?)one["type"]));
        Assert.All(told, one => Assert.Equal(["subscriptionId", "deviceId", "callStatus"], one["data"]!.AsObject().Select(member => member.Key)));

        Task AppendAsync(bool invitation, CallStatus status, LineStatus? line) => bench.Log.AppendAsync(
            bench.Device,
            new CallEventData(invitation, "call", 1, status, "tel:+34600111222", "Ana", bench.Device.PhoneNumber, null, "v=0", null, null, null) { Line = line },
            bench.Clock.GetUtcNow(), default);
    }
}

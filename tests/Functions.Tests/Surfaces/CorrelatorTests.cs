using System.Text.Json.Nodes;
using Byon.Platform.Control;
using Byon.Platform.Stores;
using Byon.Tests.Functions.Tests.Rig;

namespace Byon.Tests.Functions.Tests.Surfaces;

/// <summary>clientCorrelator: one call per mark, however often and from wherever it is asked for.</summary>
public sealed class CorrelatorTests(ApiRig rig) : ApiTest(rig)
{
    public static TheoryData<string, string> Surfaces => new()
    {
        { "/webrtc-call-handling/v0.3/sessions", "mediaSessionId" },
        { "/vvoip/v1/sessions", "vvoipSessionId" },
    };

    [Theory]
    [MemberData(nameof(Surfaces))]
    public async Task RacingRequestsWithOneMarkGetOneSession(string path, string id)
    {
        var (app, address) = await Rig.StartApiAsync();
        await using var otherInstance = app;
        var caller = NewCaller();
        var registrationId = await caller.RegisterAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(at =>
            (at % 2 == 0 ? caller : caller.At(address)).PostAsync(path, Marked(caller, "m"), registrationId)));
        Assert.All(answers, answer => answer.ShouldBe(201));
        Assert.Single(answers.Select(answer => (string)answer.Json[id]!).Distinct());
        Assert.Single(Started());
    }

    [Fact]
    public async Task AnotherMarkIsAnotherSessionAndSoIsTheSameMarkOfAnotherClient()
    {
        var caller = NewCaller();
        await CallAsync(caller, "a", await caller.RegisterAsync());
        var other = caller.ThroughOtherClient();
        var registered = await other.PostAsync(RegistrationSessions, new JsonObject { ["deviceId"] = Guid.NewGuid().ToString() });
        await CallAsync(other, "a", (string)registered.Json["registrationId"]!);
        await CallAsync(other, "b", (string)registered.Json["registrationId"]!);
        Assert.Equal(3, Started().Count());
    }

    [Fact]
    public async Task AMarkForOtherAddressesIsAConflict()
    {
        var caller = NewCaller();
        var registrationId = await caller.RegisterAsync();
        await CallAsync(caller, "m", registrationId);
        var body = Marked(caller, "m");
        body["receiverAddress"] = "tel:+34999000002";
        (await caller.PostAsync("/vvoip/v1/sessions", body, registrationId)).ShouldBe(409, "CONFLICT", "clientCorrelator");
    }

    [Fact]
    public async Task AMarkOfASessionThatIsGoneIsAConflict()
    {
        var caller = NewCaller();
        var registrationId = await caller.RegisterAsync();
        var id = await CallAsync(caller, "m", registrationId);
        await new CallStore(Rig.Tables).DeleteAsync(caller.Number, id, default);
        (await caller.PostAsync("/vvoip/v1/sessions", Marked(caller, "m"), registrationId)).ShouldBe(409, "CONFLICT", "ended");
    }

    [Fact]
    public async Task AMarkWhoseCallTheNodeRefusedCanBeTriedAgain()
    {
        var caller = NewCaller();
        var registrationId = await caller.RegisterAsync();
        Rig.Node.Refusal = Rig.OtherNode.Refusal = new ControlProblem(ControlFault.UnacceptableSdp, "offer.sdp cannot be used");
        (await caller.PostAsync("/vvoip/v1/sessions", Marked(caller, "m"), registrationId)).ShouldBe(400, "INVALID_ARGUMENT");
        Rig.Node.Refusal = Rig.OtherNode.Refusal = null;
        await CallAsync(caller, "m", registrationId);
    }

    [Fact]
    public async Task AClaimWhoseMakerDiedIsTakenOverWithItsCallId()
    {
        var caller = NewCaller();
        var registrationId = await caller.RegisterAsync();
        var stranded = Guid.NewGuid().ToString("D");
        var id = await ClaimedByTheDeadAsync(caller, stranded, DateTimeOffset.UtcNow.AddSeconds(-1));
        Assert.Equal(stranded, id);
        Assert.Equal(stranded, await CallAsync(caller, "m", registrationId));
        Assert.Equal(stranded, Assert.Single(Started()).CallId);
        Assert.Equal(stranded, await CallAsync(caller, "m", registrationId));
    }

    [Fact]
    public async Task AMarkStillBeingPlacedByAnotherIsUnavailableForNow()
    {
        var caller = NewCaller();
        var registrationId = await caller.RegisterAsync();
        await ClaimedByTheDeadAsync(caller, Guid.NewGuid().ToString("D"), DateTimeOffset.UtcNow.AddSeconds(30));
        var answer = await caller.PostAsync("/vvoip/v1/sessions", Marked(caller, "m"), registrationId);
        answer.ShouldBe(503, "UNAVAILABLE", "clientCorrelator");
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Empty(Started());
    }

    [Fact]
    public async Task ExpiredMarksAreForgotten()
    {
        var store = new CorrelatorStore(Rig.Tables);
        var number = ApiRig.NewNumber();
        var now = DateTimeOffset.UtcNow;
        var old = new CorrelatedCall("old", "a b", Placed: true, now, now.AddMinutes(1));
        await store.ClaimAsync(number, "key", old, now, default);
        var next = new CorrelatedCall("next", "a b", Placed: false, now, now.AddDays(1));
        Assert.Equal("old", (await store.ClaimAsync(number, "key", next, now, default)).CallId);
        Assert.Equal("next", (await store.ClaimAsync(number, "key", next, now.AddMinutes(2), default)).CallId);
        Assert.Equal(0, await store.DeleteExpiredAsync(now, default));
        Assert.True(await store.DeleteExpiredAsync(now.AddDays(2), default) >= 1);
        Assert.Equal("old", (await store.ClaimAsync(number, "key", old, now, default)).CallId);
    }

    private async Task<string> ClaimedByTheDeadAsync(TestCaller caller, string callId, DateTimeOffset until)
    {
        var subject = (await new RegistrationStore(Rig.Tables).ListByNumberAsync(caller.Number, default))[0];
        var key = CorrelatorStore.KeyOf(subject.ClientId, subject.Subject, "m");
        var claim = new CorrelatedCall(callId, $"tel:{caller.Number} tel:+34999000001", Placed: false, until, DateTimeOffset.UtcNow.AddDays(1));
        return (await new CorrelatorStore(Rig.Tables).ClaimAsync(caller.Number, key, claim, DateTimeOffset.UtcNow, default)).CallId;
    }

    private static async Task<string> CallAsync(TestCaller caller, string mark, string registrationId)
    {
        var answer = await caller.PostAsync("/vvoip/v1/sessions", Marked(caller, mark), registrationId);
        answer.ShouldBe(201);
        return (string)answer.Json["vvoipSessionId"]!;
    }

    private static JsonObject Marked(TestCaller caller, string mark)
    {
        var body = caller.CallTo("tel:+34999000001");
        body["clientCorrelator"] = mark;
        return body;
    }

    private IEnumerable<StartCallCommand> Started() => Rig.Node.Commands.Concat(Rig.OtherNode.Commands).OfType<StartCallCommand>();
}

using System.Text.Json.Nodes;
using Byon.Platform.Control;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Byon.Tests.Functions.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.Functions.Tests.Nodes;

public sealed class NodeFailureTests(ApiRig rig) : ApiTest(rig)
{
    public static TheoryData<ControlFault, int, string, string> Faults => new()
    {
        { ControlFault.AlreadyExists, 409, "ALREADY_EXISTS", "" },
        { ControlFault.NumberFull, 403, "MAX_REGISTRATION_PER_MSISDN", "per MSISDN" },
        { ControlFault.UserFull, 403, "MAX_REGISTRATION_PER_USER", "registrations per user" },
        { ControlFault.TooManyDevices, 403, "MAX_DEVICES_PER_USER", "device instances per user" },
        { ControlFault.EmergencyAddressMissing, 400, "EMERGENCY_ADDRESS_MISSING", "Emergency address missing" },
        { ControlFault.NotFound, 404, "NOT_FOUND", "" },
        { ControlFault.IncompatibleState, 409, "INCOMPATIBLE_STATE", "a=detail" },
        { ControlFault.TooManyKeys, 429, "TOO_MANY_REQUESTS", "keys" },
        { ControlFault.CorrelatorInUse, 409, "CONFLICT", "a=detail" },
        { ControlFault.UnacceptableSdp, 400, "INVALID_ARGUMENT", "a=detail" },
        { ControlFault.NotProvisioned, 403, "PERMISSION_DENIED", "not provisioned" },
        { ControlFault.CredentialsRefused, 403, "PERMISSION_DENIED", "credentials" },
        { ControlFault.RefusedByIms, 403, "PERMISSION_DENIED", "a=detail" },
        { ControlFault.ImsUnreachable, 503, "UNAVAILABLE", "network" },
        { ControlFault.AtCapacity, 503, "UNAVAILABLE", "full" },
        { ControlFault.StorageUnavailable, 503, "UNAVAILABLE", "Storage" },
    };

    [Fact]
    public void EveryFaultHasARow() =>
        Assert.Equal(Enum.GetValues<ControlFault>().Order(), Faults.Select(row => (ControlFault)row[0]).Order());

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task ARefusalOfANodeHasItsOwnAnswer(ControlFault fault, int status, string code, string message)
    {
        var caller = NewCaller();
        var command = await CommandThatMeetsAsync(fault, caller);
        Refuse(fault);
        var answer = await command();
        answer.ShouldBe(status, code, message);
        Assert.Equal(status is 429 or 503, answer.Headers.RetryAfter is not null);
    }

    /// <summary>Some faults are of registrations only, some of calls that go on.</summary>
    private static async Task<Func<Task<Answer>>> CommandThatMeetsAsync(ControlFault fault, TestCaller caller)
    {
        if (fault is ControlFault.AlreadyExists or ControlFault.NumberFull or ControlFault.UserFull or ControlFault.TooManyDevices
            or ControlFault.EmergencyAddressMissing)
            return () => caller.PostAsync(RegistrationSessions, new JsonObject { ["deviceId"] = caller.DeviceId });
        if (fault == ControlFault.IncompatibleState)
        {
            var callId = await caller.CallAsync();
            return () => caller.PutAsync($"{CallSessions}/{callId}/status", new JsonObject { ["status"] = "Hold" });
        }

        if (fault is ControlFault.TooManyKeys or ControlFault.CorrelatorInUse)
        {
            var callId = await caller.CallAsync();
            return () => caller.PostAsync($"{KeySessions}/{callId}/keys", new JsonObject { ["keys"] = "1" });
        }

        var registrationId = await caller.RegisterAsync();
        return () => caller.PostAsync(CallSessions, caller.CallTo("tel:+34999000001"), registrationId);
    }

    [Fact]
    public async Task RefusalsReachTheClientOfEveryCommand()
    {
        var caller = NewCaller();
        var call = $"{CallSessions}/{await caller.CallAsync()}";
        var registration = $"{RegistrationSessions}?deviceId={caller.DeviceId}";
        var registrationId = (string)(await caller.GetAsync(registration)).Json[0]!["registrationId"]!;
        Refuse(ControlFault.ImsUnreachable);
        (await NewCaller().PostAsync(RegistrationSessions, new JsonObject { ["deviceId"] = Guid.NewGuid().ToString() })).ShouldBe(503, "UNAVAILABLE");
        (await caller.PutAsync($"{RegistrationSessions}/{registrationId}", null)).ShouldBe(503, "UNAVAILABLE");
        (await caller.DeleteAsync($"{RegistrationSessions}/{registrationId}")).ShouldBe(503, "UNAVAILABLE");
        (await caller.PutAsync($"{call}/status", new JsonObject { ["status"] = "Hold" })).ShouldBe(503, "UNAVAILABLE");
        (await caller.DeleteAsync(call)).ShouldBe(503, "UNAVAILABLE");
    }

    [Fact]
    public async Task ARegistrationGoesToTheNodeThatCanBeReached()
    {
        await Rig.Node.HeartbeatAsync(controlUrl: $"http://127.0.0.1:{FreePorts.Next()}/");
        await Rig.OtherNode.HeartbeatAsync(load: 50);
        await NewCaller().RegisterAsync();
        Assert.Single(Rig.OtherNode.Commands.OfType<RegisterCommand>());
    }

    [Fact]
    public async Task ARegistrationGoesOnWhereANodeIsFull()
    {
        Rig.Node.Refusal = new ControlProblem(ControlFault.AtCapacity, "full");
        await Rig.OtherNode.HeartbeatAsync(load: 50);
        await NewCaller().RegisterAsync();
        Assert.Single(Rig.OtherNode.Commands.OfType<RegisterCommand>());
    }

    [Theory]
    [InlineData(NodeState.Draining, 0)]
    [InlineData(NodeState.Starting, 0)]
    [InlineData(NodeState.Gone, 0)]
    [InlineData(NodeState.Ready, 60)]
    public async Task ANodeThatIsNotReadyOrSilentGetsNoRegistration(NodeState state, int silentSeconds)
    {
        await Rig.Node.HeartbeatAsync(state, at: DateTimeOffset.UtcNow.AddSeconds(-silentSeconds));
        await Rig.OtherNode.HeartbeatAsync(load: 99);
        await NewCaller().RegisterAsync();
        Assert.Empty(Rig.Node.Commands);
    }

    [Fact]
    public async Task WithoutAnyNodeARegistrationIsUnavailable()
    {
        await Rig.Node.ForgetAsync();
        await Rig.OtherNode.ForgetAsync();
        var caller = NewCaller();
        var answer = await caller.PostAsync(RegistrationSessions, new JsonObject { ["deviceId"] = caller.DeviceId });
        answer.ShouldBe(503, "UNAVAILABLE");
        Assert.NotNull(answer.Headers.RetryAfter);
        var health = await Answer.ReadAsync(await Rig.Http.GetAsync("/health"));
        Assert.Equal("""{"status":"NO_READY_NODE","readyNodes":0}""", health.Text);
    }

    [Fact]
    public async Task ACallOfADeadNodeCannotBeChanged()
    {
        var caller = NewCaller();
        var call = $"{CallSessions}/{await caller.CallAsync()}";
        foreach (var node in new[] { Rig.Node, Rig.OtherNode })
            await node.HeartbeatAsync(at: DateTimeOffset.UtcNow - NodeRecord.FreshFor);
        (await caller.PutAsync($"{call}/status", new JsonObject { ["status"] = "Hold" })).ShouldBe(503, "UNAVAILABLE");
        (await caller.GetAsync(call)).ShouldBe(200);
    }

    [Fact]
    public async Task ANodeThatCannotBeUnderstoodIsUnavailable()
    {
        var caller = NewCaller();
        var registrationId = await caller.RegisterAsync();
        foreach (var node in new[] { Rig.Node, Rig.OtherNode })
            await node.HeartbeatAsync(controlUrl: Rig.Identity.Issuer);
        (await caller.PostAsync(CallSessions, caller.CallTo("tel:+34999000001"), registrationId)).ShouldBe(503, "UNAVAILABLE", "node");
    }

    [Fact]
    public async Task RegistrationsAreSpreadOverNodesBetweenHeartbeats()
    {
        for (var i = 0; i < 6; i++)
            await NewCaller().RegisterAsync();
        Assert.Equal(3, Rig.Node.Commands.OfType<RegisterCommand>().Count());
        Assert.Equal(3, Rig.OtherNode.Commands.OfType<RegisterCommand>().Count());
    }

    [Fact]
    public async Task NothingIsLeftOfARegistrationThatFailed()
    {
        Refuse(ControlFault.ImsUnreachable);
        var caller = NewCaller();
        (await caller.PostAsync(RegistrationSessions, new JsonObject { ["deviceId"] = caller.DeviceId })).ShouldBe(503, "UNAVAILABLE");
        Assert.Empty(await new RegistrationStore(Rig.Tables).ListByNumberAsync(caller.Number, default));
    }

    private void Refuse(ControlFault fault)
    {
        var refusal = new ControlProblem(fault, "The line a=detail.");
        Rig.Node.Refusal = refusal;
        Rig.OtherNode.Refusal = refusal;
    }
}

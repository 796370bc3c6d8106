using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Byon.Tests.Functions.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.Functions.Tests.Contract;

/// <summary>The traps of the published definitions that have no other place; docs/api.md lists all with their tests.</summary>
public sealed class TrapTests(ApiRig rig) : ApiTest(rig)
{
    [Theory]
    [InlineData("/webrtc-registration/v0.4/sessions")]
    [InlineData("/webrtc-registration/v0.3/sessions")]
    public async Task ARefreshWithoutABodyGivesNoContentWhereSet(string sessions)
    {
        var caller = NewCaller();
        var path = $"{sessions}/{await caller.RegisterAsync()}";
        (await caller.PutAsync(path, null)).ShouldBe(200);
        var (app, address) = await Rig.StartApiAsync("--Surfaces:EmptyRefreshGivesNoContent=true");
        await using var running = app;
        (await caller.At(address).PutAsync(path, null)).ShouldBe(204);
        (await caller.At(address).PutAsync(path, new JsonObject())).ShouldBe(200);
    }

    [Theory]
    [InlineData("/webrtc-registration/v0.4/sessions", 201)]
    [InlineData("/webrtc-registration/v0.3/sessions", 200)]
    [InlineData("/racm/v1/sessions", 200)]
    public async Task AUuidIsADeviceIdOnEverySurface(string sessions, int status)
    {
        var caller = NewCaller();
        (await caller.PostAsync(sessions, new JsonObject { ["deviceId"] = caller.DeviceId })).ShouldBe(status);
        (await caller.PostAsync(sessions, new JsonObject { ["deviceId"] = "uuid" })).ShouldBe(400, "INVALID_ARGUMENT", "deviceId");
    }

    [Theory]
    [InlineData("Proceding")]
    [InlineData("In Progress")]
    [InlineData("Released")]
    [InlineData("ringing")]
    public async Task AStatusOfADiagramIsNoStatus(string status)
    {
        var caller = NewCaller();
        var callId = await caller.CallAsync();
        foreach (var sessions in new[] { CallSessions, "/webrtc-call-handling/v0.3/sessions", "/vvoip/v1/sessions" })
            (await caller.PutAsync($"{sessions}/{callId}/status", new JsonObject { ["status"] = status })).ShouldBe(400, "INVALID_ARGUMENT", "status");
    }

    [Theory]
    [InlineData("/webrtc-call-handling/v0.4/sessions")]
    [InlineData("/webrtc-call-handling/v0.3/sessions")]
    [InlineData("/vvoip/v1/sessions")]
    public async Task AnAnonymousReceiverIsRefusedOnEverySurface(string sessions)
    {
        var caller = NewCaller();
        var answer = await caller.PostAsync(sessions, caller.CallTo("sip:anonymous@anonymous.invalid"), await caller.RegisterAsync());
        answer.ShouldBe(400, "INVALID_ARGUMENT", "receiverAddress");
    }

    [Fact]
    public async Task ASubscriptionOutlivesTheRegistrationOfItsDevice()
    {
        var caller = NewCaller();
        var subscription = $"/webrtc-events/v0.3/subscriptions/{await caller.SubscribeAsync()}";
        (await caller.DeleteAsync($"{RegistrationSessions}/{await caller.RegisterAsync()}")).ShouldBe(204);
        Assert.Equal("ACTIVE", (string)(await caller.GetAsync(subscription)).Json["status"]!);
        await caller.RegisterAsync();
        Assert.Equal("ACTIVE", (string)(await caller.GetAsync(subscription)).Json["status"]!);
    }

    [Fact]
    public void EveryTrapIsListedWithATestThatExists()
    {
        var rows = File.ReadLines(RepositoryRoot.Combine("docs", "api.md"))
            .Select(line => Regex.Match(line, @"^\| (\d+) .*\| `(\w+)` \|$"))
            .Where(match => match.Success)
            .Select(match => (Trap: int.Parse(match.Groups[1].Value, null), Test: match.Groups[2].Value))
            .ToList();
        Assert.Equal(Enumerable.Range(1, 25), rows.Select(row => row.Trap));
        var sources = string.Join('\n', Directory.EnumerateFiles(RepositoryRoot.Combine("tests"), "*Tests.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        Assert.All(rows, row => Assert.Matches($@"public (async Task|void) {row.Test}\(", sources));
    }
}

using System.Text.Json.Nodes;
using Byon.Platform.Control;
using Byon.Tests.Functions.Tests.Rig;

namespace Byon.Tests.Functions.Tests.Surfaces;

/// <summary>Our extension: keys that are pressed by the API.</summary>
public sealed class CallKeysTests(ApiRig rig) : ApiTest(rig)
{
    [Fact]
    public async Task KeysReachTheNodeOfTheCallWithTheirTimes()
    {
        var caller = NewCaller();
        var keys = $"{KeySessions}/{await caller.CallAsync()}/keys";
        (await caller.PostAsync(keys, new JsonObject { ["keys"] = "0123456789*#ABCD" })).ShouldBe(202);
        Assert.Contains(new PressKeysCommand("0123456789*#ABCD", 100, 100), Sent());
        (await caller.PostAsync(keys, new JsonObject { ["keys"] = "1", ["duration"] = 80, ["gap"] = 5000, ["clientCorrelator"] = "m" })).ShouldBe(202);
        Assert.Contains(new PressKeysCommand("1", 80, 5000, "m"), Sent());
    }

    [Theory]
    [InlineData("{}", "keys")]
    [InlineData("""{"keys":""}""", "keys")]
    [InlineData("""{"keys":"12 3"}""", "keys")]
    [InlineData("""{"keys":"a"}""", "keys")]
    [InlineData("""{"keys":"١"}""", "keys")]
    [InlineData("""{"keys":"123456789012345678901234567890123"}""", "keys")]
    [InlineData("""{"keys":7}""", "keys")]
    [InlineData("""{"keys":"1","duration":79}""", "duration")]
    [InlineData("""{"keys":"1","duration":5001}""", "duration")]
    [InlineData("""{"keys":"1","gap":0}""", "gap")]
    [InlineData("""{"keys":"1","gap":1.5}""", "gap")]
    [InlineData("""{"keys":"1","clientCorrelator":""}""", "clientCorrelator")]
    [InlineData("""{"keys":"1","volume":3}""", "volume")]
    public async Task WhatIsWrongIsNamed(string body, string member)
    {
        var caller = NewCaller();
        var answer = await caller.PostAsync($"{KeySessions}/{Guid.NewGuid()}/keys", JsonNode.Parse(body));
        answer.ShouldBe(400, "INVALID_ARGUMENT");
        Assert.Contains(member, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NobodyPressesKeysInSomebodyElsesCall()
    {
        var caller = NewCaller();
        var keys = $"{KeySessions}/{await caller.CallAsync()}/keys";
        foreach (var stranger in new[] { NewCaller(), caller.ThroughOtherClient() })
            (await stranger.PostAsync(keys, new JsonObject { ["keys"] = "1" })).ShouldBe(404, "NOT_FOUND");
    }

    [Fact]
    public async Task ARepeatedRequestIsAnsweredAlikeAndAnotherOneWithItsMarkIsRefused()
    {
        var caller = NewCaller();
        var keys = $"{KeySessions}/{await caller.CallAsync()}/keys";
        JsonObject Body(string pressed) => new() { ["keys"] = pressed, ["clientCorrelator"] = "mark" };
        (await caller.PostAsync(keys, Body("12"))).ShouldBe(202);
        (await caller.PostAsync(keys, Body("12"))).ShouldBe(202);
        var other = await caller.PostAsync(keys, Body("13"));
        other.ShouldBe(409, "CONFLICT");
        Assert.Contains("clientCorrelator", other.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MoreKeysThanMayWaitAreToComeLater()
    {
        var caller = NewCaller();
        var keys = $"{KeySessions}/{await caller.CallAsync()}/keys";
        Rig.Node.Refusal = Rig.OtherNode.Refusal = new ControlProblem(ControlFault.TooManyKeys, "full");
        var answer = await caller.PostAsync(keys, new JsonObject { ["keys"] = "1" });
        Rig.Node.Refusal = Rig.OtherNode.Refusal = null;
        answer.ShouldBe(429, "TOO_MANY_REQUESTS");
        Assert.NotNull(answer.Headers.RetryAfter?.Delta);
    }

    private IEnumerable<PressKeysCommand> Sent() => Rig.Node.Commands.Concat(Rig.OtherNode.Commands).OfType<PressKeysCommand>();
}

using System.Text.Json.Nodes;
using Byon.Platform.Records;
using Byon.Tests.Functions.Tests.Rig;

namespace Byon.Tests.Functions.Tests.Channels;

/// <summary>What a client reads by its cursor after it was away.</summary>
public sealed class ChannelReplayTests(ApiRig rig) : ApiTest(rig)
{
    [Fact]
    public async Task EverythingAfterTheCursorComesInOrderPageByPage()
    {
        var caller = NewCaller();
        var device = new CalledDevice(Rig, caller);
        var call = await device.RingAsync();
        for (var at = 2; at <= 7; at++)
            await device.BecomeAsync(call, CallStatus.Ringing, at);
        var path = await CreateAsync(caller);

        List<string> seen = [];
        var cursor = "2";
        for (var more = true; more;)
        {
            var page = await PageAsync(caller, path, $"?after={cursor}&limit=2");
            seen.AddRange(page["events"]!.AsArray().Select(one => (string)one!["cursor"]!));
            cursor = (string)page["cursor"]!;
            more = (bool)page["more"]!;
        }

        Assert.Equal(["3", "4", "5", "6", "7"], seen);
        Assert.Equal("7", cursor);
    }

    [Fact]
    public async Task AnEventIsReplayedAsItWasPushed()
    {
        var caller = NewCaller();
        var call = await new CalledDevice(Rig, caller).RingAsync();
        var page = await PageAsync(caller, await CreateAsync(caller), "");
        var one = Assert.Single(page["events"]!.AsArray())!;
        Assert.Equal(("1.0", "1", "application/json"), ((string?)one["specversion"], (string?)one["cursor"], (string?)one["datacontenttype"]));
        Assert.Equal((call, "Initial", 1), ((string?)one["data"]!["mediaSessionId"], (string?)one["data"]!["status"], (int)one["data"]!["sequenceNumber"]!));
    }

    [Fact]
    public async Task WithNothingNewTheCursorStays()
    {
        var caller = NewCaller();
        var page = await PageAsync(caller, await CreateAsync(caller), "?after=12");
        Assert.Empty(page["events"]!.AsArray());
        Assert.Equal(("12", false), ((string?)page["cursor"], (bool)page["more"]!));
    }

    [Fact]
    public async Task ANewChannelBeginsAtTheEndOfTheLogOrBeforeTheCallThatRings()
    {
        var caller = NewCaller();
        var device = new CalledDevice(Rig, caller);
        var call = await device.RingAsync();
        await device.BecomeAsync(call, CallStatus.SessionCancelled);
        Assert.Equal("2", (string?)(await NewAsync(caller))["cursor"]);

        var ringing = await device.RingAsync();
        await device.BecomeAsync(ringing, CallStatus.Ringing);
        Assert.Equal("2", (string?)(await NewAsync(caller))["cursor"]);
        await device.BecomeAsync(ringing, CallStatus.Connected, 3);
        Assert.Equal("5", (string?)(await NewAsync(caller))["cursor"]);
    }

    [Theory]
    [InlineData("?after=-1", "INVALID_ARGUMENT", "after")]
    [InlineData("?after=x", "INVALID_ARGUMENT", "after")]
    [InlineData("?after=1&after=2", "INVALID_ARGUMENT", "after")]
    [InlineData("?after=99999999999999999999", "INVALID_ARGUMENT", "after")]
    [InlineData("?limit=0", "OUT_OF_RANGE", "limit")]
    [InlineData("?limit=101", "OUT_OF_RANGE", "limit")]
    public async Task ABadQueryIsNamed(string query, string code, string named)
    {
        var caller = NewCaller();
        (await caller.GetAsync($"{await CreateAsync(caller)}/events{query}")).ShouldBe(400, code, named);
    }

    [Fact]
    public async Task NobodyElseReadsTheEvents()
    {
        var caller = NewCaller();
        var path = await CreateAsync(caller);
        (await caller.ThroughOtherClient().GetAsync(path + "/events")).ShouldBe(404, "NOT_FOUND");
        (await NewCaller().GetAsync(path + "/events")).ShouldBe(404, "NOT_FOUND");
        (await caller.DeleteAsync(path)).ShouldBe(204);
        (await caller.GetAsync(path + "/events")).ShouldBe(404, "NOT_FOUND");
    }

    private static async Task<JsonNode> PageAsync(TestCaller caller, string path, string query)
    {
        var answer = await caller.GetAsync($"{path}/events{query}");
        answer.ShouldBe(200);
        return answer.Json;
    }

    private static async Task<JsonNode> NewAsync(TestCaller caller)
    {
        var answer = await caller.SendAsync(HttpMethod.Post, $"/notificationchannel/v1/{caller.DeviceId}/channels", """{"channelType":"WebSockets"}""");
        answer.ShouldBe(200);
        return answer.Json;
    }

    private static async Task<string> CreateAsync(TestCaller caller) => (string)(await NewAsync(caller))["resourceURL"]!;
}

using System.Net;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.Platform.Control;
using Byon.Tests.MediaNode.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Calls;

/// <summary>Keys that functions have pressed in a call, until the phone has them.</summary>
[Collection(NodeTests.Name)]
public class PressedKeyTests(NodeFixture fixture)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_phone_gets_them_as_telephone_events_of_their_length(bool transcoded)
    {
        await using var rig = await CallRig.StartAsync(fixture, opus: transcoded);
        var call = await rig.ConnectAsync();
        Assert.Equal(HttpStatusCode.NoContent, (await PressAsync(rig, call.CallId, new PressKeysCommand("5#", 200, 100, "mark"))).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await PressAsync(rig, call.CallId, new PressKeysCommand("5#", 200, 100, "mark"))).StatusCode);
        await rig.TalkUntilAsync(rig.Ims.Invitation!.Offer!, () => rig.Phone.Keys.Count(key => key is { Digit: '#', End: true }) >= 3);
        Assert.Equal("5#", string.Concat(rig.Phone.Keys.Select(key => key.Digit).Distinct()));
        Assert.All(rig.Phone.Keys.GroupBy(key => key.Digit), press =>
        {
            Assert.Equal(3, press.Count(key => key.End));
            Assert.Equal(1600, press.Last().Duration);
        });
        var heard = rig.Phone.Heard.Count;
        await rig.TalkUntilAsync(rig.Ims.Invitation!.Offer!, () => rig.Phone.Heard.Count > heard + 1_600);

        Assert.Equal(ControlFault.CorrelatorInUse, await TestNode.FaultOf(await PressAsync(rig, call.CallId, new PressKeysCommand("6", 200, 100, "mark"))));
        var many = new PressKeysCommand(new string('1', 64), 5_000, 100);
        Assert.Equal(HttpStatusCode.NoContent, (await PressAsync(rig, call.CallId, many)).StatusCode);
        var refused = await PressAsync(rig, call.CallId, many);
        Assert.Equal((HttpStatusCode.TooManyRequests, ControlFault.TooManyKeys), (refused.StatusCode, await TestNode.FaultOf(refused)));
    }

    [Fact]
    public async Task Where_the_operator_says_so_a_phone_without_telephone_events_gets_INFO()
    {
        var ims = new FakeIms();
        var node = TestNode.Create(fixture, ims.NextHop);
        node.Settings["Node__Calls__KeysByInfo"] = "true";
        await node.StartHereAsync();
        await using var rig = await CallRig.StartAsync(fixture, node, ims);
        var callId = await WithoutEventsAsync(rig);
        Assert.Equal(HttpStatusCode.NoContent, (await PressAsync(rig, callId, new PressKeysCommand("12", 80, 80))).StatusCode);
        await WaitFor.TrueAsync(() => string.Concat(rig.Ims.Events.OfType<SessionInfoDigit>().Select(digit => digit.Digit)) == "12");
        Assert.All(rig.Ims.Events.OfType<SessionInfoDigit>(), digit => Assert.Equal(TimeSpan.FromMilliseconds(80), digit.Duration));
    }

    [Fact]
    public async Task By_default_it_hears_tones()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var callId = await WithoutEventsAsync(rig);
        await PressAsync(rig, callId, new PressKeysCommand("9", 400, 100));
        await rig.TalkUntilAsync(rig.Ims.Invitation!.Offer!, () => Tone.KeyHeard([.. rig.Phone.Heard], '9', 8000) >= TimeSpan.FromMilliseconds(320));
        Assert.Empty(rig.Ims.Events.OfType<SessionInfoDigit>());
    }

    [Fact]
    public async Task A_call_that_rings_and_one_that_is_unknown_take_none()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var call = await rig.Node.StartCallAsync(rig.Registration, rig.BrowserDescription("actpass"));
        var keys = new PressKeysCommand("1", 100, 100);
        Assert.Equal(ControlFault.IncompatibleState, await TestNode.FaultOf(await PressAsync(rig, call.CallId, keys)));
        Assert.Equal(ControlFault.NotFound, await TestNode.FaultOf(await PressAsync(rig, Guid.NewGuid().ToString(), keys)));
        Assert.Equal(HttpStatusCode.BadRequest, (await PressAsync(rig, call.CallId, keys with { Keys = "" })).StatusCode);
    }

    private static async Task<string> WithoutEventsAsync(CallRig rig)
    {
        var call = await rig.Node.StartCallAsync(rig.Registration, rig.BrowserDescription("actpass"));
        var invited = await WaitFor.NotNullAsync(() => rig.Ims.Invitation);
        rig.Ims.Do((phone, now) => phone.Answer(now, invited.Session, rig.Phone.Describe().Replace(" 8 101", " 8", StringComparison.Ordinal)));
        await rig.HasStatusAsync(call.CallId, Byon.Platform.Records.CallStatus.Connected);
        return call.CallId;
    }

    private static Task<HttpResponseMessage> PressAsync(CallRig rig, string callId, PressKeysCommand keys) =>
        rig.Node.SendAsync(HttpMethod.Post, $"{NodeControlRoutes.Calls}/{callId}/keys", keys, ControlJson.Default.PressKeysCommand);
}

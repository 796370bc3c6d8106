using System.Net;
using Byon.MediaNode;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Tests.MediaNode.Tests.Calls;
using Byon.Tests.MediaNode.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Pool;

/// <summary>A connected call outlives its node: another one goes on with it, with new media for both sides.</summary>
[Collection(NodeTests.Name)]
public class FailoverTests(NodeFixture fixture)
{
    [Fact]
    public async Task A_connected_call_goes_on_at_another_node_when_its_node_is_killed()
    {
        await using var ims = new FakeIms();
        await using var survivor = await TestNode.StartAsync(fixture, ims.NextHop);
        var victim = TestNode.Create(fixture, ims.NextHop);
        await victim.StartAsProcessAsync();
        await using var rig = await CallRig.StartAsync(fixture, victim, ims);
        var call = await rig.ConnectAsync();
        await rig.TalkUntilAsync(ims.Invitation!.Offer!, () => rig.Phone.Heard.Count > 0 && rig.BrowserHeard.Count > 0);
        Assert.NotNull((await rig.HasAsync(call.CallId, row => row.Snapshot is not null)).Snapshot);

        victim.Kill();

        await GoesOnAsync(rig, survivor, call);
        // The far side hangs up, which reaches the node that has the dialog now.
        ims.Do((phone, now) => phone.End(now, ims.Invitation!.Session));
        var ended = await rig.HasStatusAsync(call.CallId, CallStatus.Terminated);
        Assert.Equal("remote-hangup", ended.Ending!.Reason);
        Assert.Null(ended.Snapshot);
        await rig.LogWithAsync(data => data is CallEventData { Ending.Reason: "remote-hangup" });
    }

    [Fact]
    public async Task A_connected_call_goes_on_at_another_node_when_its_node_is_told_to_stop()
    {
        await using var ims = new FakeIms();
        await using var heir = await TestNode.StartAsync(fixture, ims.NextHop);
        var leaving = TestNode.Create(fixture, ims.NextHop);
        leaving.Settings["Node__DrainSeconds"] = "60";
        await leaving.StartAsProcessAsync();
        await using var rig = await CallRig.StartAsync(fixture, leaving, ims);
        var call = await rig.ConnectAsync();

        await leaving.SignalAsync("TERM");

        await GoesOnAsync(rig, heir, call);
        Assert.Equal(0, await leaving.WaitForExitAsync());
        Assert.Equal(heir.SipPort, ims.Bindings[rig.Number].Port);
        Assert.Equal(HttpStatusCode.NoContent, (await heir.DeleteCallAsync(call.CallId)).StatusCode);
        await WaitFor.TrueAsync(() => ims.Events.OfType<SessionEnded>().Any(ended => ended.Ending.Kind == SipEndingKind.RemoteBye));
    }

    [Fact]
    public async Task A_call_whose_browser_does_not_follow_ends_and_the_far_side_is_told()
    {
        await using var ims = new FakeIms();
        var survivor = TestNode.Create(fixture, ims.NextHop);
        survivor.Settings["Node__Calls__MoveSeconds"] = "1";
        await survivor.StartHereAsync();
        await using var disposed = survivor;
        var victim = TestNode.Create(fixture, ims.NextHop);
        await victim.StartAsProcessAsync();
        await using var rig = await CallRig.StartAsync(fixture, victim, ims);
        var call = await rig.ConnectAsync();
        await rig.HasAsync(call.CallId, row => row.Snapshot is not null);

        victim.Kill();
        await AnswerReinviteAsync(rig);

        await rig.LogWithAsync(data => data is CallEventData { Ending.Reason: "node-lost" });
        await WaitFor.TrueAsync(() => ims.Events.OfType<SessionEnded>().Any(ended => ended.Ending.Kind == SipEndingKind.RemoteBye));
    }

    /// <summary>Both sides follow to the node, and each hears the other there and not itself.</summary>
    private static async Task GoesOnAsync(CallRig rig, TestNode node, CallRecord call)
    {
        var log = await rig.LogWithAsync(data => data is CallEventData { Status: CallStatus.Connected, OfferSdp: not null, AnswerSdp: null });
        var moved = (CallEventData)log[^1].Data;
        rig.Browser.Client.ConnectAnew(MonotonicClock.Now, moved.OfferSdp!);
        var offer = await AnswerReinviteAsync(rig);
        var answered = await CallRig.CallOf(await node.PutStatusAsync(call.CallId, CallStatus.Connected, answer: rig.BrowserDescription("active")));
        Assert.Equal((node.Id, CallStatus.Connected), (answered.NodeId, answered.Status));

        rig.Phone.Heard.Clear();
        rig.BrowserHeard.Clear();
        await rig.TalkUntilAsync(offer, () =>
            rig.PhoneHears(CallRig.BrowserTone, CallRig.PhoneTone) && rig.BrowserHears(CallRig.PhoneTone, CallRig.BrowserTone));
        Assert.Equal(node.Id, (await rig.HasStatusAsync(call.CallId, CallStatus.Connected)).NodeId);
    }

    private static async Task<string> AnswerReinviteAsync(CallRig rig)
    {
        await WaitFor.TrueAsync(() => rig.Ims.Events.OfType<SessionReinvited>().Any());
        rig.Ims.Do((phone, now) => phone.AcceptReinvite(now, rig.Ims.Invitation!.Session, rig.Phone.Describe()));
        return rig.Ims.Events.OfType<SessionReinvited>().Last().Offer!;
    }
}

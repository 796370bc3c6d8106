using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using Byon.MediaNode;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Tests.MediaNode.Tests.Calls;
using Byon.Tests.MediaNode.Tests.Rig;
using Byon.Tests.TestKit;
using Xunit.Abstractions;

namespace Byon.Tests.MediaNode.Tests.Pool;

/// <summary>A connected call outlives its node: another one goes on with it, with new media for both sides.</summary>
[Collection(PoolTests.Name)]
public class FailoverTests(NodeFixture fixture, ITestOutputHelper output)
{
    [Fact]
    public async Task A_connected_call_goes_on_at_another_node_when_its_node_is_killed()
    {
        await using var nodes = await TwoNodes.StartAsync(fixture);
        var (ims, rig) = (nodes.Ims, nodes.Rig);
        var call = await rig.ConnectAsync();
        await rig.TalkUntilAsync(ims.Invitation!.Offer!, () => rig.Phone.Heard.Count > 0 && rig.BrowserHeard.Count > 0);
        Assert.NotNull((await rig.HasAsync(call.CallId, row => row.Snapshot is not null)).Snapshot);

        nodes.Leaving.Kill();

        await GoesOnAsync(rig, nodes.Staying, call);
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
        await using var nodes = await TwoNodes.StartAsync(fixture, leaving: ("Node__DrainSeconds", "60"));
        var (ims, rig) = (nodes.Ims, nodes.Rig);
        var call = await rig.ConnectAsync();
        ConcurrentDictionary<string, double> gaps = [];
        using var listener = ListenToGaps(gaps);

        await nodes.Leaving.SignalAsync("TERM");

        await GoesOnAsync(rig, nodes.Staying, call);
        await WaitFor.TrueAsync(() => gaps.Count == 2);
        foreach (var (leg, gap) in gaps) output.WriteLine($"{leg}: heard {gap:F0} ms after the call was taken up");
        Assert.Equal(0, await nodes.Leaving.WaitForExitAsync());
        Assert.Equal(nodes.Staying.SipPort, ims.Bindings[rig.Number].Port);
        Assert.Equal(HttpStatusCode.NoContent, (await nodes.Staying.DeleteCallAsync(call.CallId)).StatusCode);
        await WaitFor.TrueAsync(() => ims.Events.OfType<SessionEnded>().Any(ended => ended.Ending.Kind == SipEndingKind.RemoteBye));
    }

    [Fact]
    public async Task A_call_whose_browser_does_not_follow_ends_and_the_far_side_is_told()
    {
        await using var nodes = await TwoNodes.StartAsync(fixture, staying: ("Node__Calls__MoveSeconds", "1"));
        var (ims, rig) = (nodes.Ims, nodes.Rig);
        var call = await rig.ConnectAsync();
        await rig.HasAsync(call.CallId, row => row.Snapshot is not null);

        nodes.Leaving.Kill();
        await AnswerReinviteAsync(rig);

        await rig.LogWithAsync(data => data is CallEventData { Ending.Reason: "node-lost" });
        await WaitFor.TrueAsync(() => ims.Events.OfType<SessionEnded>().Any(ended => ended.Ending.Kind == SipEndingKind.RemoteBye));
    }

    private static MeterListener ListenToGaps(ConcurrentDictionary<string, double> gaps)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, asking) =>
            {
                if (instrument.Name == "byon.move.gap") asking.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) => gaps[(string)tags[0].Value!] = value);
        listener.Start();
        return listener;
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

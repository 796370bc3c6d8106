using Byon.MediaNode.Core.Protocol.Sip;
using Byon.Platform.Control;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Tests.MediaNode.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Calls;

[Collection(NodeTests.Name)]
public class HoldTests(NodeFixture fixture)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_browser_holds_and_resumes_and_audio_stops_and_returns(bool transcoded)
    {
        await using var rig = await CallRig.StartAsync(fixture, opus: transcoded);
        var call = await rig.ConnectAsync();
        var invited = rig.Ims.Invitation!;
        await rig.TalkUntilAsync(invited.Offer!, () => rig.Phone.Heard.Count > 0 && rig.BrowserHeard.Count > 0);

        var holding = rig.Node.PutStatusAsync(call.CallId, CallStatus.Hold);
        Assert.Contains("a=sendonly", await AnswerReinviteAsync(rig, invited.Session, "recvonly", 1), StringComparison.Ordinal);
        Assert.Equal(CallStatus.Hold, (await CallRig.CallOf(await holding)).Status);

        var resuming = rig.Node.PutStatusAsync(call.CallId, CallStatus.Resume);
        var offer = await AnswerReinviteAsync(rig, invited.Session, "sendrecv", 2);
        Assert.Contains("a=sendrecv", offer, StringComparison.Ordinal);
        Assert.Equal(CallStatus.Resume, (await CallRig.CallOf(await resuming)).Status);
        rig.Phone.Heard.Clear();
        rig.BrowserHeard.Clear();
        await rig.TalkUntilAsync(invited.Offer!, () =>
            rig.PhoneHears(CallRig.BrowserTone, CallRig.PhoneTone) && rig.BrowserHears(CallRig.PhoneTone, CallRig.BrowserTone));
    }

    [Fact]
    public async Task A_held_call_carries_no_audio_in_either_direction()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var call = await rig.ConnectAsync();
        var invited = rig.Ims.Invitation!;
        var holding = rig.Node.PutStatusAsync(call.CallId, CallStatus.Hold);
        await AnswerReinviteAsync(rig, invited.Session, "recvonly", 1);
        await CallRig.CallOf(await holding);

        // What was under way when the hold came may still arrive; what counts is that a hundred packets in a row of each bring none.
        var silent = 0;
        await rig.TalkUntilAsync(invited.Offer!, () =>
        {
            silent = rig.Phone.Heard.Count + rig.BrowserHeard.Count == 0 ? silent + 1 : 0;
            rig.Phone.Heard.Clear();
            rig.BrowserHeard.Clear();
            return silent > 100;
        });
    }

    [Fact]
    public async Task The_phone_holds_and_resumes_and_the_device_is_told()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var call = await rig.ConnectAsync();
        var invited = rig.Ims.Invitation!;
        rig.Ims.Do((phone, now) => phone.Reinvite(now, invited.Session, rig.Phone.Describe("sendonly")));
        await rig.HasStatusAsync(call.CallId, CallStatus.Hold);
        await WaitFor.TrueAsync(() => rig.Ims.Events.OfType<SessionReinviteAnswered>().Any(answered => answered.Answer.Contains("a=recvonly", StringComparison.Ordinal)));
        Assert.Equal(ControlFault.IncompatibleState, await TestNode.FaultOf(await rig.Node.PutStatusAsync(call.CallId, CallStatus.Resume)));

        rig.Ims.Do((phone, now) => phone.Reinvite(now, invited.Session, rig.Phone.Describe()));
        await rig.HasStatusAsync(call.CallId, CallStatus.Resume);
        var log = await rig.LogWithAsync(data => data is CallEventData { Status: CallStatus.Resume });
        Assert.Equal([CallStatus.Connected, CallStatus.Hold, CallStatus.Resume], log.Select(entry => ((CallEventData)entry.Data).Status));
    }

    [Fact]
    public async Task A_hold_that_the_phone_refuses_fails()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var call = await rig.ConnectAsync();
        var holding = rig.Node.PutStatusAsync(call.CallId, CallStatus.Hold);
        await WaitFor.TrueAsync(() => rig.Ims.Events.OfType<SessionReinvited>().Any());
        rig.Ims.Do((phone, now) => phone.RejectReinvite(now, rig.Ims.Invitation!.Session, 488));
        Assert.Equal(ControlFault.RefusedByIms, await TestNode.FaultOf(await holding));
        await rig.HasStatusAsync(call.CallId, CallStatus.Connected);
    }

    /// <returns>The offer of the re-INVITE.</returns>
    private static async Task<string> AnswerReinviteAsync(CallRig rig, SipSessionId session, string direction, int number)
    {
        await WaitFor.TrueAsync(() => rig.Ims.Events.OfType<SessionReinvited>().Count() == number);
        rig.Ims.Do((phone, now) => phone.AcceptReinvite(now, session, rig.Phone.Describe(direction)));
        return rig.Ims.Events.OfType<SessionReinvited>().Last().Offer!;
    }
}

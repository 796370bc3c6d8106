using Byon.MediaNode;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.Platform.Control;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Tests.MediaNode.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Calls;

[Collection(NodeTests.Name)]
public class IncomingCallTests(NodeFixture fixture)
{
    [Fact]
    public async Task A_phone_calls_the_browser_and_each_hears_the_other()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        rig.Ims.Call(rig.Number, rig.Phone.Describe());
        var invitation = await InvitationAsync(rig);
        Assert.Equal($"tel:{FakeIms.PhoneNumber}", invitation.OriginatorAddress);
        Assert.Equal($"tel:{rig.Number}", invitation.ReceiverAddress);

        await rig.Node.PutStatusAsync(invitation.CallId, CallStatus.Ringing);
        await WaitFor.TrueAsync(() => rig.Ims.Events.OfType<SessionProgressed>().Any(progressed => progressed.Status == 180));
        rig.Browser.Client.Connect(MonotonicClock.Now, invitation.OfferSdp!);
        var connected = await CallRig.CallOf(
            await rig.Node.PutStatusAsync(invitation.CallId, CallStatus.Connected, answer: rig.BrowserDescription("active")));
        Assert.Equal(CallStatus.Connected, connected.Status);

        var answered = await WaitFor.NotNullAsync(() => rig.Ims.Events.OfType<SessionAnswered>().FirstOrDefault());
        await rig.TalkUntilAsync(answered.Sdp!, () =>
            rig.PhoneHears(CallRig.BrowserTone, CallRig.PhoneTone) && rig.BrowserHears(CallRig.PhoneTone, CallRig.BrowserTone));
    }

    [Fact]
    public async Task A_declined_call_gets_603()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        rig.Ims.Call(rig.Number, rig.Phone.Describe());
        var invitation = await InvitationAsync(rig);
        await rig.Node.DeleteCallAsync(invitation.CallId);
        await rig.HasStatusAsync(invitation.CallId, CallStatus.Declined);
        await WaitFor.TrueAsync(() => rig.Ims.Events.OfType<SessionEnded>().Any(ended => ended.Ending.Status == 603));
    }

    [Fact]
    public async Task A_caller_who_gives_up_ends_the_invitation()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var session = rig.Ims.Call(rig.Number, rig.Phone.Describe());
        var invitation = await InvitationAsync(rig);
        await rig.Node.PutStatusAsync(invitation.CallId, CallStatus.Ringing);
        await WaitFor.TrueAsync(() => rig.Ims.Events.OfType<SessionProgressed>().Any());
        rig.Ims.Do((phone, now) => phone.End(now, session));
        var ended = await rig.HasStatusAsync(invitation.CallId, CallStatus.SessionCancelled);
        Assert.Equal("caller-cancelled", ended.Ending!.Reason);
        await rig.LogWithAsync(data => data is CallEventData { Status: CallStatus.SessionCancelled });
        Assert.Equal(
            ControlFault.NotFound,
            await TestNode.FaultOf(await rig.Node.PutStatusAsync(invitation.CallId, CallStatus.Connected, answer: rig.BrowserDescription("active"))));
    }

    [Fact]
    public async Task A_status_that_makes_no_sense_is_refused()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        rig.Ims.Call(rig.Number, rig.Phone.Describe());
        var invitation = await InvitationAsync(rig);
        Assert.Equal(ControlFault.IncompatibleState, await TestNode.FaultOf(await rig.Node.PutStatusAsync(invitation.CallId, CallStatus.Hold)));
        Assert.Equal(ControlFault.IncompatibleState, await TestNode.FaultOf(await rig.Node.PutStatusAsync(invitation.CallId, CallStatus.Busy)));
    }

    [Fact]
    public async Task Audio_the_node_cannot_use_is_refused_before_any_device_hears_of_it()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        rig.Ims.Call(rig.Number, rig.Phone.Describe().Replace("RTP/AVP 8 101", "RTP/AVP 18", StringComparison.Ordinal));
        await WaitFor.TrueAsync(() => rig.Ims.Events.OfType<SessionEnded>().Any(ended => ended.Ending.Status == 488));
        Assert.Empty(await fixture.Events.ReadAsync(rig.Device, 0, 10, CancellationToken.None));
    }

    private static async Task<CallEventData> InvitationAsync(CallRig rig)
    {
        var log = await rig.LogWithAsync(data => data is CallEventData { Invitation: true });
        return (CallEventData)log[^1].Data;
    }
}

using Byon.MediaNode;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.Platform.Control;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Tests.MediaNode.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Calls;

/// <summary>A second device of the number registers while the first one rings.</summary>
[Collection(NodeTests.Name)]
public class LateForkTests(NodeFixture fixture)
{
    [Fact]
    public async Task A_device_that_registers_while_it_rings_can_answer()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        rig.Ims.Call(rig.Number, rig.Phone.Describe());
        var first = await InvitationAsync(rig.Device);
        await rig.Node.PutStatusAsync(first.CallId, CallStatus.Ringing);

        var late = await JoinAsync(rig);
        Assert.NotEqual(first.CallId, late.CallId);
        Assert.NotEqual(first.OfferSdp, late.OfferSdp);
        Assert.Equal((1, $"tel:{FakeIms.PhoneNumber}"), (late.SequenceNumber, late.OriginatorAddress));

        await rig.Node.PutStatusAsync(late.CallId, CallStatus.Ringing);
        rig.Browser.Client.Connect(MonotonicClock.Now, late.OfferSdp!);
        await CallRig.CallOf(await rig.Node.PutStatusAsync(late.CallId, CallStatus.Connected, answer: rig.BrowserDescription("active")));
        var lost = await rig.HasStatusAsync(first.CallId, CallStatus.SessionCancelled);
        Assert.Equal("answered-elsewhere", lost.Ending!.Reason);

        var answered = await WaitFor.NotNullAsync(() => rig.Ims.Events.OfType<SessionAnswered>().FirstOrDefault());
        await rig.TalkUntilAsync(answered.Sdp!, () =>
            rig.PhoneHears(CallRig.BrowserTone, CallRig.PhoneTone) && rig.BrowserHears(CallRig.PhoneTone, CallRig.BrowserTone));
        Assert.Single(rig.Ims.Events.OfType<SessionProgressed>(), progressed => progressed.Status == 180);

        await rig.Node.DeleteCallAsync(late.CallId);
        await WaitFor.TrueAsync(() => rig.Ims.Events.OfType<SessionEnded>().Any(ended => ended.Ending.Kind == SipEndingKind.RemoteBye));
    }

    [Fact]
    public async Task The_callers_cancel_ends_the_late_device_too()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var session = rig.Ims.Call(rig.Number, rig.Phone.Describe());
        var first = await InvitationAsync(rig.Device);
        await rig.Node.PutStatusAsync(first.CallId, CallStatus.Ringing);
        await WaitFor.TrueAsync(() => rig.Ims.Events.OfType<SessionProgressed>().Any());
        var late = await JoinAsync(rig);

        rig.Ims.Do((phone, now) => phone.End(now, session));

        foreach (var call in new[] { first, late })
            Assert.Equal("caller-cancelled", (await rig.HasStatusAsync(call.CallId, CallStatus.SessionCancelled)).Ending!.Reason);
    }

    [Fact]
    public async Task One_decline_leaves_the_other_ringing_and_it_is_not_asked_again()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        rig.Ims.Call(rig.Number, rig.Phone.Describe());
        var first = await InvitationAsync(rig.Device);
        var late = await JoinAsync(rig);

        await rig.Node.DeleteCallAsync(first.CallId);
        await rig.HasStatusAsync(first.CallId, CallStatus.Declined);
        await rig.Node.DeleteRegistrationAsync(rig.Registration.RegistrationId);
        await rig.Node.RegisterAsync(rig.Number, rig.DeviceId);
        Assert.Equal(ControlFault.IncompatibleState, await TestNode.FaultOf(await rig.Node.PutStatusAsync(late.CallId, CallStatus.Hold)));
        Assert.DoesNotContain(rig.Ims.Events, happened => happened is SessionEnded);

        await rig.Node.DeleteCallAsync(late.CallId);
        await WaitFor.TrueAsync(() => rig.Ims.Events.OfType<SessionEnded>().Any(ended => ended.Ending.Status == 603));
        Assert.Single(
            await fixture.Events.ReadAsync(rig.Device, 0, 100, CancellationToken.None), entry => entry.Data is CallEventData { Invitation: true });
    }

    [Fact]
    public async Task A_device_of_another_number_hears_nothing()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        rig.Ims.Call(rig.Number, rig.Phone.Describe());
        await InvitationAsync(rig.Device);

        var stranger = new DeviceKey(await fixture.NewSubscriberAsync(), rig.DeviceId);
        await rig.Node.RegisterAsync(stranger.PhoneNumber, stranger.DeviceId);
        await JoinAsync(rig);

        Assert.Empty(await fixture.Events.ReadAsync(stranger, 0, 100, CancellationToken.None));
    }

    private async Task<CallEventData> JoinAsync(CallRig rig)
    {
        var device = new DeviceKey(rig.Number, Guid.NewGuid().ToString());
        await rig.Node.RegisterAsync(device.PhoneNumber, device.DeviceId);
        return await InvitationAsync(device);
    }

    private async Task<CallEventData> InvitationAsync(DeviceKey device)
    {
        CallEventData? found = null;
        await WaitFor.TrueAsync(async () =>
        {
            var log = await fixture.Events.ReadAsync(device, 0, 100, CancellationToken.None);
            found = log.Select(entry => entry.Data).OfType<CallEventData>().FirstOrDefault(data => data.Invitation);
            return found is not null;
        });
        return found!;
    }
}

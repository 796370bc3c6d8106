using Byon.MediaNode.Core.Protocol.Sip;
using Byon.Platform.Control;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Tests.MediaNode.Tests.Calls;
using Byon.Tests.MediaNode.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Journaling;

[Collection(NodeTests.Name)]
public class StorageOutageTests(NodeFixture fixture)
{
    [Fact]
    public async Task What_happens_during_an_outage_is_written_in_order_when_it_is_over()
    {
        await using var gate = new StorageGate(fixture.TablePort);
        var ims = new FakeIms();
        await using var rig = await CallRig.StartAsync(fixture, await TestNode.StartAsync(fixture, ims.NextHop, gate.Through(fixture.StorageConnection)), ims);
        var call = await rig.Node.StartCallAsync(rig.Registration, rig.BrowserDescription("actpass"));
        var invited = await WaitFor.NotNullAsync(() => ims.Invitation);

        gate.Close();
        ims.Do((phone, now) => phone.Progress(now, invited.Session, 180, null));
        ims.Do((phone, now) => phone.Answer(now, invited.Session, rig.Phone.Describe()));
        await WaitFor.TrueAsync(() => ims.Events.OfType<SessionAcknowledged>().Any());
        ims.Do((phone, now) => phone.End(now, invited.Session));
        await WaitFor.TrueAsync(() => ims.Events.OfType<SessionEnded>().Any());
        Assert.Empty(await fixture.Events.ReadAsync(rig.Device, 0, 10, CancellationToken.None));

        gate.Open();
        var log = await rig.LogWithAsync(data => data is CallEventData { Ending: not null });
        Assert.Equal(
            [CallStatus.Ringing, CallStatus.Connected, CallStatus.Terminated], log.Select(entry => ((CallEventData)entry.Data).Status));
        await rig.HasStatusAsync(call.CallId, CallStatus.Terminated);
    }

    [Fact]
    public async Task A_call_that_cannot_be_recorded_is_not_placed()
    {
        await using var gate = new StorageGate(fixture.TablePort);
        var ims = new FakeIms();
        await using var rig = await CallRig.StartAsync(fixture, await TestNode.StartAsync(fixture, ims.NextHop, gate.Through(fixture.StorageConnection)), ims);

        gate.Close();
        var response = await rig.Node.PostCallAsync(rig.Registration, rig.BrowserDescription("actpass"));

        Assert.Equal(ControlFault.StorageUnavailable, await TestNode.FaultOf(response));
        await WaitFor.TrueAsync(() => ims.Events.OfType<SessionEnded>().Any(ended => ended.Ending.Kind == SipEndingKind.RemoteCancel));
        gate.Open();
        await rig.ConnectAsync();
    }

    [Fact]
    public async Task A_registration_that_cannot_be_recorded_leaves_nothing_in_the_ims_and_works_afterwards()
    {
        await using var gate = new StorageGate(fixture.TablePort);
        await using var ims = new FakeIms();
        await using var node = await TestNode.StartAsync(fixture, ims.NextHop, gate.Through(fixture.StorageConnection));
        var number = await fixture.NewSubscriberAsync();
        var device = Guid.NewGuid().ToString();

        gate.Close();
        Assert.Equal(ControlFault.StorageUnavailable, await TestNode.FaultOf(await node.PostRegistrationAsync(number, device)));
        Assert.False(ims.Bindings.ContainsKey(number));

        gate.Open();
        await node.RegisterAsync(number, device);
    }
}

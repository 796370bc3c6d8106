using System.Net;
using Byon.MediaNode;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Signalling;
using Byon.Platform.Control;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Byon.Tests.MediaNode.Tests.Calls;
using Byon.Tests.MediaNode.Tests.Rig;
using Byon.Tests.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Byon.Tests.MediaNode.Tests.Signalling;

[Collection(NodeTests.Name)]
public class CallControlTests(NodeFixture fixture)
{
    [Fact]
    public async Task The_row_of_an_ended_call_is_deleted_after_its_grace_time_and_not_before()
    {
        await using var ims = new FakeIms();
        await using var app = NodeProgram.Build(TestNode.Create(fixture, ims.NextHop).Arguments);
        var control = app.Services.GetRequiredService<CallControl>();
        var number = await fixture.NewSubscriberAsync();
        var now = DateTimeOffset.UtcNow;
        var rows = new[] { "first", "second" }.Select(id => new CallRecord(
            id, number, "registration", "device", "client", "subject", "node", CallDirection.Outgoing, CallStatus.Terminated, "tel:+1234567",
            null, "tel:+1234568", null, null, null, "over", null, 1, now, now)).ToList();
        foreach (var row in rows) await fixture.Calls.PutAsync(row, CancellationToken.None);
        var start = MonotonicClock.Now;
        control.ForgetLater(start, rows[0]);
        control.ForgetLater(start + TimeSpan.FromSeconds(1), rows[1]);

        control.HandleTimeout(start + CallStore.KeptAfterEnd);

        await WaitFor.TrueAsync(async () => await fixture.Calls.GetAsync(number, "first", CancellationToken.None) is null);
        Assert.NotNull(await fixture.Calls.GetAsync(number, "second", CancellationToken.None));
        Assert.Equal(start + CallStore.KeptAfterEnd + TimeSpan.FromSeconds(1), control.NextTimeout);
    }

    [Fact]
    public async Task A_full_node_takes_no_call_in_either_direction()
    {
        var ims = new FakeIms();
        var node = TestNode.Create(fixture, ims.NextHop);
        node.Settings["Node__Capacity"] = "1.05";
        await node.StartHereAsync();
        await using var rig = await CallRig.StartAsync(fixture, node, ims);
        await node.StartCallAsync(rig.Registration, rig.BrowserDescription("actpass"));

        var second = await node.PostCallAsync(rig.Registration, rig.BrowserDescription("actpass"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, second.StatusCode);
        Assert.Equal(ControlFault.AtCapacity, await TestNode.FaultOf(second));
        ims.Call(rig.Number, rig.Phone.Describe());
        await WaitFor.TrueAsync(() => ims.Events.OfType<SessionEnded>().Any(ended => ended.Ending.Status == 503));
        Assert.Empty(await fixture.Events.ReadAsync(new DeviceKey(rig.Number, rig.DeviceId), 0, 10, CancellationToken.None));
    }

    [Fact]
    public async Task A_device_that_signs_out_in_a_call_ends_it()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var call = await rig.ConnectAsync();
        await rig.Node.DeleteRegistrationAsync(rig.Registration.RegistrationId);
        Assert.Equal("registration-removed", (await rig.HasStatusAsync(call.CallId, CallStatus.Terminated)).Ending!.Reason);
        await WaitFor.TrueAsync(() => rig.Ims.Events.OfType<SessionEnded>().Any(ended => ended.Ending.Kind == SipEndingKind.RemoteBye));
    }

    [Fact]
    public async Task A_browser_that_offers_again_is_answered_at_once()
    {
        await using var rig = await CallRig.StartAsync(fixture);
        var call = await rig.ConnectAsync();
        var renewed = await CallRig.CallOf(await rig.Node.PutStatusAsync(call.CallId, CallStatus.Connected, offer: rig.BrowserDescription("actpass")));
        Assert.NotEqual(call.AnswerSdp, renewed.AnswerSdp);
        Assert.Equal(CallStatus.Connected, renewed.Status);
    }
}

using System.Net;
using Byon.Platform.Control;
using Byon.Platform.Records;
using Byon.Tests.MediaNode.Tests.Calls;
using Byon.Tests.MediaNode.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Pool;

/// <summary>What a machine does to its node before it goes: SIGTERM to the process, and time.</summary>
[Collection(PoolTests.Name)]
public class DrainTests(NodeFixture fixture)
{
    [Fact]
    public async Task A_draining_node_takes_no_new_call_lets_the_old_one_finish_and_exits()
    {
        await using var ims = new FakeIms();
        var node = TestNode.Create(fixture, ims.NextHop);
        node.Settings["Node__DrainSeconds"] = "60";
        await node.StartAsProcessAsync();
        await using var rig = await CallRig.StartAsync(fixture, node, ims);
        var call = await rig.ConnectAsync();
        var invited = ims.Invitation!;

        await node.SignalAsync("TERM");

        await WaitFor.TrueAsync(async () => (await fixture.Nodes.GetAsync(node.Id, CancellationToken.None))?.State == NodeState.Draining);
        using var refused = await node.PostCallAsync(rig.Registration, rig.BrowserDescription("actpass"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(ControlFault.AtCapacity, await TestNode.FaultOf(refused));
        using var other = await node.PostRegistrationAsync(await fixture.NewSubscriberAsync(), Guid.NewGuid().ToString());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, other.StatusCode);

        await rig.TalkUntilAsync(invited.Offer!, () =>
            rig.PhoneHears(CallRig.BrowserTone, CallRig.PhoneTone) && rig.BrowserHears(CallRig.PhoneTone, CallRig.BrowserTone));
        Assert.False(node.HasExited);
        Assert.Equal(HttpStatusCode.NoContent, (await node.DeleteCallAsync(call.CallId)).StatusCode);

        Assert.Equal(0, await node.WaitForExitAsync());
        Assert.NotEqual("node-draining", (await rig.HasStatusAsync(call.CallId, CallStatus.Terminated)).Ending!.Reason);
        Assert.NotNull(await fixture.Registrations.GetAsync(rig.Number, rig.Registration.RegistrationId, CancellationToken.None));
    }
}

using System.Net;
using Byon.Platform.Control;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Tests.MediaNode.Tests.Calls;
using Byon.Tests.MediaNode.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Pool;

[Collection(PoolTests.Name)]
public class TakeoverTests(NodeFixture fixture)
{
    [Fact]
    public async Task The_unanswered_calls_of_a_killed_node_end_and_its_registrations_move()
    {
        await using var nodes = await TwoNodes.StartAsync(fixture);
        var (ims, rig) = (nodes.Ims, nodes.Rig);
        var call = await rig.RingAsync();
        var before = ims.Bindings[rig.Number];

        nodes.Leaving.Kill();

        var log = await rig.LogWithAsync(data => data is CallEventData { Ending.Reason: "node-lost" });
        var last = (CallEventData)log[^1].Data;
        Assert.Equal((CallStatus.Terminated, log.Count, CallEndClass.Gateway), (last.Status, last.SequenceNumber, last.Ending!.Class));
        Assert.NotNull((await rig.HasStatusAsync(call.CallId, CallStatus.Terminated)).EndedAt);

        await WaitFor.TrueAsync(() => ims.Bindings.TryGetValue(rig.Number, out var now) && now != before);
        Assert.Equal(nodes.Staying.SipPort, ims.Bindings[rig.Number].Port);
        await WaitFor.TrueAsync(
            async () => (await fixture.Registrations.GetAsync(rig.Number, rig.Registration.RegistrationId, CancellationToken.None))?.NodeId == nodes.Staying.Id);
        await WaitFor.TrueAsync(
            async () => (await nodes.Staying.PostCallAsync(rig.Registration, rig.BrowserDescription("actpass"))).StatusCode == HttpStatusCode.Created);
        await WaitFor.TrueAsync(async () => await fixture.Nodes.GetAsync(nodes.Leaving.Id, CancellationToken.None) is null);
    }

    [Fact]
    public async Task A_node_that_starts_again_cleans_up_after_its_former_self()
    {
        await using var ims = new FakeIms();
        var node = TestNode.Create(fixture, ims.NextHop);
        await node.StartAsProcessAsync();
        await using var rig = await CallRig.StartAsync(fixture, node, ims);
        await rig.RingAsync();
        ims.Bindings.Clear();

        node.Kill();
        await node.StartAsProcessAsync();

        await rig.LogWithAsync(data => data is CallEventData { Ending.Reason: "node-lost" });
        await WaitFor.TrueAsync(() => ims.Bindings.TryGetValue(rig.Number, out var contact) && contact.Port == node.SipPort);
        await rig.Node.StartCallAsync(rig.Registration, rig.BrowserDescription("actpass"));
    }

    [Fact]
    public async Task A_node_that_is_told_to_stop_ends_its_calls_deregisters_and_exits_cleanly()
    {
        await using var ims = new FakeIms();
        var node = TestNode.Create(fixture, ims.NextHop);
        await node.StartAsProcessAsync();
        await using var rig = await CallRig.StartAsync(fixture, node, ims);
        var call = await rig.ConnectAsync();

        Assert.Equal(0, await node.TerminateAsync());

        Assert.False(ims.Bindings.ContainsKey(rig.Number));
        Assert.Equal("node-draining", (await rig.HasStatusAsync(call.CallId, CallStatus.Terminated)).Ending!.Reason);
        Assert.NotNull(await fixture.Registrations.GetAsync(rig.Number, rig.Registration.RegistrationId, CancellationToken.None));
    }

    [Fact]
    public async Task A_node_that_was_frozen_and_declared_gone_lets_go_of_what_it_held()
    {
        await using var nodes = await TwoNodes.StartAsync(fixture);
        var (ims, rig, frozen) = (nodes.Ims, nodes.Rig, nodes.Leaving);

        await frozen.SignalAsync("STOP");
        await WaitFor.TrueAsync(() => ims.Bindings.TryGetValue(rig.Number, out var contact) && contact.Port == nodes.Staying.SipPort);
        await frozen.SignalAsync("CONT");

        await WaitFor.TrueAsync(
            async () => (await fixture.Nodes.GetAsync(frozen.Id, CancellationToken.None))?.State == NodeState.Ready);
        Assert.Equal(ControlFault.NotFound, await TestNode.FaultOf(await frozen.DeleteRegistrationAsync(rig.Registration.RegistrationId)));
        Assert.Equal(nodes.Staying.SipPort, ims.Bindings[rig.Number].Port);
        Assert.Equal(HttpStatusCode.Created, (await nodes.Staying.PostCallAsync(rig.Registration, rig.BrowserDescription("actpass"))).StatusCode);
    }
}

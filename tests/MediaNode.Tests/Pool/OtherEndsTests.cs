using System.Net;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Tests.MediaNode.Tests.Calls;
using Byon.Tests.MediaNode.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Pool;

/// <summary>Two subscribers of one node talk with each other, and different nodes take them up.</summary>
[Collection(PoolTests.Name)]
public class OtherEndsTests(NodeFixture fixture)
{
    [Fact]
    public async Task The_ends_of_a_call_on_a_dead_node_find_each_other_at_two_others()
    {
        await using var ims = new RelayIms();
        await using var anas = await TestNode.StartAsync(fixture, ims.NextHop);
        await using var bens = await TestNode.StartAsync(fixture, ims.NextHop);
        var dead = TestNode.Create(fixture, ims.NextHop);
        await dead.StartAsProcessAsync();
        await using var ana = await CallRig.StartAsync(fixture, dead);
        await using var ben = await CallRig.StartAsync(fixture, dead);
        var calling = await dead.StartCallAsync(ana.Registration, ana.BrowserDescription("actpass"), ben.Number);
        var invited = (CallEventData)(await ben.LogWithAsync(data => data is CallEventData { Invitation: true }))[^1].Data;
        await CallRig.CallOf(await dead.PutStatusAsync(invited.CallId, CallStatus.Connected, answer: ben.BrowserDescription("active")));
        await ana.HasAsync(calling.CallId, row => row.Snapshot is not null);
        await ben.HasAsync(invited.CallId, row => row.Snapshot is not null);
        var answered = ims.InvitesAnswered;

        dead.Kill();
        // Before anybody notices: whoever notices would take both.
        foreach (var (heir, rig) in new[] { (anas, ana), (bens, ben) })
        {
            var offer = await fixture.Registrations.OfferAsync(rig.Registration, CancellationToken.None);
            Assert.True((await heir.PostAdoptionAsync(rig.Registration, offer!.Value)).IsSuccessStatusCode);
        }

        await FollowAsync(ana, anas, calling.CallId);
        await FollowAsync(ben, bens, invited.CallId);
        await WaitFor.TrueAsync(() => ims.InvitesAnswered >= answered + 2);

        Assert.Equal(HttpStatusCode.NoContent, (await anas.DeleteCallAsync(calling.CallId)).StatusCode);
        Assert.Equal("remote-hangup", (await ben.HasStatusAsync(invited.CallId, CallStatus.Terminated)).Ending!.Reason);
    }

    private static async Task FollowAsync(CallRig rig, TestNode node, string callId)
    {
        await rig.LogWithAsync(data => data is CallEventData { Status: CallStatus.Connected, OfferSdp: not null, AnswerSdp: null });
        await CallRig.CallOf(await node.PutStatusAsync(callId, CallStatus.Connected, answer: rig.BrowserDescription("active")));
    }
}

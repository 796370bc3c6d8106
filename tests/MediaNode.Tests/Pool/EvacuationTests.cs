using System.Collections.Concurrent;
using Byon.Platform.Control;
using Byon.Platform.Records;
using Byon.Tests.MediaNode.Tests.Calls;
using Byon.Tests.MediaNode.Tests.Rig;
using Byon.Tests.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Byon.Tests.MediaNode.Tests.Pool;

/// <summary>Calls of a node that is to stop, offered to nodes that say they are ready.</summary>
[Collection(PoolTests.Name)]
public class EvacuationTests(NodeFixture fixture)
{
    [Fact]
    public async Task A_call_that_is_refused_stays_and_talks_until_a_node_takes_it()
    {
        await using var ims = new FakeIms();
        await using var full = await FullNode.StartAsync(fixture);
        await using var rig = await StartAsync(ims);
        var leaving = rig.Node;
        var call = await rig.ConnectAsync();
        var offer = ims.Invitation!.Offer!;

        await leaving.SignalAsync("TERM");

        await rig.TalkUntilAsync(offer, () => !full.Offers.IsEmpty);
        rig.Phone.Heard.Clear();
        rig.BrowserHeard.Clear();
        await rig.TalkUntilAsync(offer, () =>
            rig.PhoneHears(CallRig.BrowserTone, CallRig.PhoneTone) && rig.BrowserHears(CallRig.PhoneTone, CallRig.BrowserTone));
        Assert.Equal(leaving.Id, (await rig.HasStatusAsync(call.CallId, CallStatus.Connected)).NodeId);

        await using var heir = await TestNode.StartAsync(fixture, ims.NextHop);
        await rig.TalkUntilAsync(offer, () => ims.Bindings[rig.Number].Port == heir.SipPort);
        await rig.HasAsync(call.CallId, moved => moved.NodeId == heir.Id && moved.Status == CallStatus.Connected);
        Assert.Equal(0, await leaving.WaitForExitAsync());
    }

    /// <summary>A node that says nothing in time may still be about to take what it was offered.</summary>
    [Fact]
    public async Task A_node_that_takes_what_it_was_offered_too_late_gets_nothing()
    {
        await using var ims = new FakeIms();
        await using var slow = await FullNode.StartAsync(fixture);
        await using var rig = await StartAsync(ims);
        var call = await rig.ConnectAsync();
        var offer = ims.Invitation!.Offer!;
        await rig.Node.SignalAsync("TERM");
        await rig.TalkUntilAsync(offer, () => !slow.Offers.IsEmpty);
        // The call is in nobody's hands as long as the offer stands.
        await WaitFor.TrueAsync(async () => (await rig.Node.PutStatusAsync(call.CallId, CallStatus.Connected)).IsSuccessStatusCode);

        slow.Offers.TryPeek(out var first);
        Assert.Equal(rig.Node.Id, first!.NodeId);
        var late = rig.Registration with { NodeId = "late" };
        Assert.False(await fixture.Registrations.TryTakeAsync(late, first.NodeId, first.Offer, CancellationToken.None));
        Assert.Equal(rig.Node.Id, (await fixture.Registrations.GetAsync(rig.Number, late.RegistrationId, CancellationToken.None))!.NodeId);

        rig.Ims.Do((phone, now) => phone.End(now, ims.Invitation!.Session));
        Assert.Equal("remote-hangup", (await rig.HasStatusAsync(call.CallId, CallStatus.Terminated)).Ending!.Reason);
        Assert.Equal(0, await rig.Node.WaitForExitAsync());
    }

    [Fact]
    public async Task The_far_side_may_hang_up_while_a_call_is_offered()
    {
        await using var ims = new FakeIms();
        await using var full = await FullNode.StartAsync(fixture);
        await using var rig = await StartAsync(ims);
        var leaving = rig.Node;
        var call = await rig.ConnectAsync();
        full.WhenAsked = () => ims.Do((phone, now) => phone.End(now, ims.Invitation!.Session));

        await leaving.SignalAsync("TERM");

        Assert.Equal("remote-hangup", (await rig.HasStatusAsync(call.CallId, CallStatus.Terminated)).Ending!.Reason);
        Assert.Equal(0, await leaving.WaitForExitAsync());
    }

    /// <summary>A subscriber at a node in a process of its own, which drains for long.</summary>
    private async Task<CallRig> StartAsync(FakeIms ims)
    {
        var leaving = TestNode.Create(fixture, ims.NextHop);
        leaving.Settings["Node__DrainSeconds"] = "60";
        await leaving.StartAsProcessAsync();
        return await CallRig.StartAsync(fixture, leaving, ims);
    }

    /// <summary>It says that it is ready, with room for many, and takes nothing.</summary>
    private sealed class FullNode : IAsyncDisposable
    {
        private readonly NodeFixture _fixture;
        private readonly string _id = $"full-{Guid.NewGuid():N}"[..13];
        private readonly WebApplication _app;

        private FullNode(NodeFixture fixture, int port)
        {
            _fixture = fixture;
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
            _app = builder.Build();
            _app.MapGet(NodeControlRoutes.Health, () => nameof(NodeState.Ready));
            _app.MapPost($"{NodeControlRoutes.Registrations}/{{id}}/adopt", async (HttpContext http) =>
            {
                Offers.Enqueue((await http.Request.ReadFromJsonAsync(ControlJson.Default.AdoptCommand))!);
                WhenAsked();
                return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
            });
        }

        public ConcurrentQueue<AdoptCommand> Offers { get; } = new();

        public Action WhenAsked { get; set; } = () => { };

        public static async Task<FullNode> StartAsync(NodeFixture fixture)
        {
            var port = FreePorts.Next();
            var node = new FullNode(fixture, port);
            await node._app.StartAsync();
            var now = DateTimeOffset.UtcNow;
            await fixture.Nodes.HeartbeatAsync(
                new NodeRecord(node._id, $"http://127.0.0.1:{port}", NodeState.Ready, 0, 100, now, now.AddMinutes(5)), CancellationToken.None);
            return node;
        }

        public async ValueTask DisposeAsync()
        {
            await _fixture.Nodes.DeleteAsync(_id, CancellationToken.None);
            await _app.DisposeAsync();
        }
    }
}

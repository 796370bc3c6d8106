using Byon.Tests.MediaNode.Tests.Calls;

namespace Byon.Tests.MediaNode.Tests.Rig;

/// <summary>A subscriber at a node in a process of its own, which can be killed, and beside it one that goes on.</summary>
internal sealed class TwoNodes : IAsyncDisposable
{
    private TwoNodes(FakeIms ims, TestNode leaving, TestNode staying, CallRig rig) => (Ims, Leaving, Staying, Rig) = (ims, leaving, staying, rig);

    public FakeIms Ims { get; }

    public TestNode Leaving { get; }

    public TestNode Staying { get; }

    /// <summary>The subscriber, registered at the node that leaves.</summary>
    public CallRig Rig { get; }

    /// <param name="leaving">A setting of that node above the usual ones; likewise <paramref name="staying"/>.</param>
    public static async Task<TwoNodes> StartAsync(NodeFixture fixture, (string Name, string Value)? leaving = null, (string Name, string Value)? staying = null)
    {
        var ims = new FakeIms();
        var (first, second) = (TestNode.Create(fixture, ims.NextHop), TestNode.Create(fixture, ims.NextHop));
        if (leaving is { } one) first.Settings[one.Name] = one.Value;
        if (staying is { } other) second.Settings[other.Name] = other.Value;
        await Task.WhenAll(first.StartAsProcessAsync(), second.StartHereAsync());
        return new TwoNodes(ims, first, second, await CallRig.StartAsync(fixture, first, ims));
    }

    public async ValueTask DisposeAsync()
    {
        // It de-registers, so the network is still there.
        await Staying.DisposeAsync();
        await Rig.DisposeAsync();
    }
}

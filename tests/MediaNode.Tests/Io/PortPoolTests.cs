using Byon.MediaNode.Core;
using Byon.MediaNode.Io;

namespace Byon.Tests.MediaNode.Tests.Io;

public sealed class PortPoolTests
{
    private static readonly Instant Start = new(0);

    [Fact]
    public void GivesEvenPortsWhoseNextPortLiesInTheRangeToo()
    {
        var pool = new PortPool(21001, 6);
        Assert.Equal(2, pool.Capacity);
        Assert.Equal([21002, 21004], Take(pool, Start));
    }

    [Fact]
    public void APortThatWasGivenBackRestsBeforeItIsUsedAgain()
    {
        var pool = new PortPool(21000, 2);
        Assert.True(pool.TryTake(Start, out var port));
        Assert.False(pool.TryTake(Start, out _));
        pool.Return(Start, port);
        Assert.False(pool.TryTake(Start + PortPool.Rest - TimeSpan.FromTicks(1), out _));
        Assert.True(pool.TryTake(Start + PortPool.Rest, out var again));
        Assert.Equal(port, again);
    }

    [Fact]
    public void PortsThatWereNeverUsedComeBeforeThoseThatRest()
    {
        var pool = new PortPool(21000, 6);
        Assert.True(pool.TryTake(Start, out var first));
        pool.Return(Start, first);
        Assert.Equal([21002, 21004], Take(pool, Start));
        Assert.Equal([21000], Take(pool, Start + PortPool.Rest));
    }

    private static List<int> Take(PortPool pool, Instant now)
    {
        var ports = new List<int>();
        while (ports.Count < 100 && pool.TryTake(now, out var port)) ports.Add(port);
        return ports;
    }
}

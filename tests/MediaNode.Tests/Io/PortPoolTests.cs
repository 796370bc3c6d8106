using System.Net;
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
        Assert.True(pool.TryTake(Start, out var port, out _));
        Assert.False(pool.TryTake(Start, out _, out _));
        pool.Return(Start, port);
        Assert.False(pool.TryTake(Start + PortPool.Rest - TimeSpan.FromTicks(1), out _, out _));
        Assert.True(pool.TryTake(Start + PortPool.Rest, out var again, out _));
        Assert.Equal(port, again);
    }

    [Fact]
    public void PortsThatWereNeverUsedComeBeforeThoseThatRest()
    {
        var pool = new PortPool(21000, 6);
        Assert.True(pool.TryTake(Start, out var first, out _));
        pool.Return(Start, first);
        Assert.Equal([21002, 21004], Take(pool, Start));
        Assert.Equal([21000], Take(pool, Start + PortPool.Rest));
    }

    [Fact]
    public void TheNextCallLearnsWhoSentToThePort()
    {
        var pool = new PortPool(21000, 4);
        var sender = new IPEndPoint(IPAddress.Loopback, 4000);
        Assert.True(pool.TryTake(Start, out var first, out var nobody));
        Assert.Null(nobody);
        pool.Return(Start, first, sender);
        Assert.True(pool.TryTake(Start, out var second, out nobody));
        Assert.Null(nobody);
        pool.Return(Start, second);
        Assert.True(pool.TryTake(Start + PortPool.Rest, out var again, out var former));
        Assert.Equal((first, sender), (again, former));
    }

    /// <summary>Calls come and go by the hundred in a range that hardly suffices: whoever finds no rested port is refused, and none rests less.</summary>
    [Fact]
    public void HoweverFewPortsAreLeftEachOneRests()
    {
        var pool = new PortPool(21000, 20);
        var (random, calls, returned, now, refused) = (new Random(5), new List<int>(), new Dictionary<int, Instant>(), Start, 0);
        for (var step = 0; step < 20_000; step++)
        {
            now += TimeSpan.FromMilliseconds(random.Next(500));
            if (calls.Count > 0 && random.Next(2) == 0)
            {
                var port = calls[random.Next(calls.Count)];
                calls.Remove(port);
                pool.Return(now, port);
                returned[port] = now;
            }
            else if (pool.TryTake(now, out var port, out _))
            {
                Assert.DoesNotContain(port, calls);
                Assert.True(!returned.TryGetValue(port, out var at) || now - at >= PortPool.Rest);
                calls.Add(port);
            }
            else
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1_000, 15_000);
    }

    private static List<int> Take(PortPool pool, Instant now)
    {
        var ports = new List<int>();
        while (ports.Count < 100 && pool.TryTake(now, out var port, out _)) ports.Add(port);
        return ports;
    }
}

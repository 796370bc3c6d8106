using Byon.MediaNode.Core.Protocol.Sip.Registrations;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Registrations;

public class RefreshTimeTests
{
    private const int Users = 1_000_000;

    private static readonly TimeSpan Granted = TimeSpan.FromSeconds(600);

    /// <summary>One that all refreshed together would see a million in one second, and nothing in the 284 after it.</summary>
    [Fact]
    public void A_million_that_began_together_are_spread_evenly_from_the_first_refresh_on()
    {
        var random = new Random(4711);
        var perSecond = new int[3600];
        for (var user = 0; user < Users; user++)
        {
            var at = 0.0;
            for (var isFirst = true; ; isFirst = false)
            {
                at += RefreshTime.After(Granted, isFirst, (uint)random.NextInt64(1L << 32)).TotalSeconds;
                if (at >= perSecond.Length) break;
                perSecond[(int)at]++;
            }
        }

        // A refresh every 285 s on average: 3,509 of them in a second, give or take 59 by chance.
        var mean = Users / 285.0;
        Assert.All(perSecond, count => Assert.InRange(count, 0, mean * 1.2));
        // The end of the first round leaves a dip, and no peak.
        Assert.All(perSecond[30..].Chunk(30).Select(window => window.Average()), count => Assert.InRange(count, mean * 0.4, mean * 1.1));
    }

    [Theory]
    [InlineData(600, 300)]
    [InlineData(1200, 600)]
    [InlineData(7200, 6600)]
    public void No_refresh_is_later_than_the_standard_says(int granted, int latest)
    {
        foreach (var isFirst in (bool[])[true, false])
        {
            Assert.Equal(TimeSpan.FromSeconds(latest), RefreshTime.After(TimeSpan.FromSeconds(granted), isFirst, 0));
            var earliest = RefreshTime.After(TimeSpan.FromSeconds(granted), isFirst, uint.MaxValue);
            Assert.Equal(latest * (isFirst ? 0.1 : 0.9), earliest.TotalSeconds, 3);
        }
    }
}

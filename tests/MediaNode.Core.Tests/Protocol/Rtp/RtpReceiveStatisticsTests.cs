using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Rtp;

public class RtpReceiveStatisticsTests
{
    private readonly RtpReceiveStatistics _statistics = new(1);
    private Instant _now = new(TimeSpan.TicksPerDay * 400);
    private uint _timestamp = uint.MaxValue - 300;

    [Fact]
    public void CountsLossAcrossTheWrap()
    {
        foreach (var sequence in (ushort[])[65533, 65534, 0, 1, 3]) Assert.True(Receive(sequence));

        Assert.Equal(0x1_0003u, _statistics.HighestSequence);
        Assert.Equal(7u, _statistics.Expected);
        Assert.Equal(2, _statistics.Lost);
        var report = _statistics.TakeReport(0, 0);
        Assert.Equal((2 << 8) / 7, report.FractionLost);
        Assert.Equal(2, report.CumulativeLost);
    }

    [Fact]
    public void FractionLostCoversOneIntervalOnly()
    {
        Receive(1);
        Receive(3);
        Assert.Equal(256 / 3, _statistics.TakeReport(0, 0).FractionLost);
        Receive(4);
        Receive(5);
        Assert.Equal(0, _statistics.TakeReport(0, 0).FractionLost);
        Assert.Equal(1, _statistics.Lost);
    }

    [Fact]
    public void DuplicatesMakeLossNegativeButNoFraction()
    {
        Receive(1);
        Receive(1);
        Receive(1);
        var report = _statistics.TakeReport(0, 0);
        Assert.Equal(-2, report.CumulativeLost);
        Assert.Equal(0, report.FractionLost);
    }

    [Fact]
    public void ReorderedPacketsAreNotLoss()
    {
        foreach (var sequence in (ushort[])[1, 3, 2, 4]) Receive(sequence);
        Assert.Equal(0, _statistics.Lost);
    }

    [Fact]
    public void OneStrayPacketIsIgnoredAndTwoInARowRestartTheSource()
    {
        Receive(100);
        Assert.False(Receive(30_000));
        Assert.True(Receive(101));
        Assert.False(Receive(40_000));
        Assert.True(Receive(40_001));
        Assert.Equal(1u, _statistics.Received);
        Assert.Equal(40_001u, _statistics.HighestSequence);
    }

    [Fact]
    public void SteadyArrivalHasNoJitterAndAnUnsteadyOneConvergesOnItsDeviation()
    {
        for (ushort i = 0; i < 200; i++) Receive(i);
        Assert.InRange(_statistics.Jitter, 0u, 1u);

        // Alternately 5 ms early and late: each difference between neighbours is 10 ms, 80 units at 8 kHz.
        for (ushort i = 200; i < 600; i++) Receive(i, TimeSpan.FromMilliseconds(i % 2 == 0 ? 15 : 25) - TimeSpan.FromMilliseconds(20));
        Assert.InRange(_statistics.Jitter, 38u, 42u);
    }

    private bool Receive(ushort sequence, TimeSpan deviation = default)
    {
        _now += TimeSpan.FromMilliseconds(20) + deviation;
        _timestamp += 160;
        return _statistics.Receive(_now, sequence, _timestamp, 8000);
    }
}

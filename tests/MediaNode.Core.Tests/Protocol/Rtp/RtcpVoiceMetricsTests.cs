using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Rtp;

public sealed class RtcpVoiceMetricsTests
{
    private static readonly Instant Start = new(TimeSpan.TicksPerHour);

    private static readonly RtcpVoiceMetrics Sample = new(0x01020304, 5, 6, 7, 8, 0x0910, 0x1112, 0x1314, 0x1516, 0x17, 0x18, 0x19);

    /// <summary>Field by field as RFC 3611 §4.7 draws it.</summary>
    private static readonly byte[] Wire = Convert.FromHexString(
        "07000008" + "01020304" + "05060708" + "09101112" + "13141516" + "7F7F7F10" + "177F1819" + "00000000" + "00000000");

    [Fact]
    public void TheBlockHasTheLayoutOfRfc3611()
    {
        var block = new byte[RtcpVoiceMetrics.Size];
        Sample.Write(block);
        Assert.Equal(Wire, block);
        Assert.True(RtcpVoiceMetrics.TryFind(block, out var read));
        Assert.Equal(Sample, read);
    }

    [Fact]
    public void TheBlockIsFoundAmongOthersAndNoPrefixThrows()
    {
        byte[] blocks = [4, 0, 0, 2, .. new byte[8], .. Wire];
        Assert.True(RtcpVoiceMetrics.TryFind(blocks, out var read));
        Assert.Equal(Sample, read);
        for (var length = 0; length < blocks.Length; length++) Assert.False(RtcpVoiceMetrics.TryFind(blocks.AsSpan(0, length), out _));
    }

    [Fact]
    public void ReportsGoOutWhereThePeerWantsThemAndAreUnderstood()
    {
        var (near, far) = (Session(0), Session(1));
        var buffer = new byte[RtcpSession.MaximumReportSize];
        near.StartSource(far.Ssrc);
        near.Codec = AudioCodec.Pcma;
        for (ushort i = 0; i < 100; i++)
        {
            if (i is not (50 or 51)) near.Source!.Receive(Start + TimeSpan.FromMilliseconds(20 * i), i, i * 160u, 8000);
        }

        Assert.True(far.Receive(Start, buffer.AsSpan(0, near.WriteReport(Start, buffer))));
        Assert.Null(far.PeerMetrics);

        near.ReportsVoice = true;
        Assert.True(far.Receive(Start, buffer.AsSpan(0, near.WriteReport(Start, buffer))));
        var metrics = far.PeerMetrics!.Value;
        Assert.Equal((byte)(2 * 256 / 100), metrics.LossRate);
        Assert.InRange(metrics.ListeningMos, 40, 43);
        Assert.InRange(metrics.Rating, 80, 88);
    }

    [Fact]
    public void LossesThatLieTogetherAreABurstAndSingleOnesAreNot()
    {
        var single = new LossBursts();
        Feed(single, string.Concat(Enumerable.Repeat(new string('.', 49) + "x", 20)));
        Assert.Equal(0, single.BurstDensity);
        Assert.Equal(0, single.BurstLength);
        Assert.InRange(single.GapDensity, 4, 6);

        var bursts = new LossBursts();
        Feed(bursts, string.Concat(Enumerable.Repeat(new string('.', 90) + "xx.xx.xx.x", 20)));
        Assert.InRange(bursts.BurstDensity, 150, 200);
        Assert.InRange(bursts.BurstLength, 7, 11);
        Assert.InRange(bursts.GapLength, 85, 97);
        Assert.InRange(bursts.GapDensity, 0, 4);
    }

    private static void Feed(LossBursts bursts, string packets)
    {
        foreach (var packet in packets)
        {
            if (packet == 'x') bursts.Lost();
            else bursts.Received();
        }
    }

    private static RtcpSession Session(byte seed) => new(new EntropySource([.. Enumerable.Repeat(seed, 32)]));
}

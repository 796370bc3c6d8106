using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Rtp;

public class RtcpSessionTests
{
    private static readonly Instant Start = new(TimeSpan.TicksPerHour);

    private readonly RtcpSession _near = new(new EntropySource(new byte[32]));
    private readonly RtcpSession _far = new(new EntropySource([.. Enumerable.Repeat((byte)1, 32)]));
    private readonly byte[] _buffer = new byte[RtcpSession.MaximumReportSize];

    [Fact]
    public void ReportsComeHalfToOneAndAHalfIntervalsApart()
    {
        Assert.Null(_near.NextReport);
        _near.Start(Start);
        Assert.InRange(_near.NextReport!.Value - Start, TimeSpan.FromSeconds(1.25), TimeSpan.FromSeconds(3.75));
        for (var i = 0; i < 50; i++)
        {
            var now = _near.NextReport.Value;
            _near.WriteReport(now, _buffer);
            Assert.InRange(_near.NextReport.Value - now, TimeSpan.FromSeconds(2.5), TimeSpan.FromSeconds(7.5));
        }
    }

    [Fact]
    public void ASilentLegSendsReceiverReportsAndASpeakingOneSenderReports()
    {
        Assert.Equal(RtcpType.ReceiverReport, FirstType(_near.WriteReport(Start, _buffer)));
        _near.Sent(Start, 1000, 160, 8000);
        var length = _near.WriteReport(Start + TimeSpan.FromMilliseconds(10), _buffer);
        Assert.Equal(RtcpType.SenderReport, FirstType(length));
        var reader = new RtcpReader(_buffer.AsSpan(0, length));
        reader.TryRead(out var report);
        Assert.Equal((1u, 160u, 1080u), (report.SenderInfo.PacketCount, report.SenderInfo.OctetCount, report.SenderInfo.RtpTimestamp));
        Assert.Equal(RtcpType.ReceiverReport, FirstType(_near.WriteReport(Start, _buffer)));
    }

    [Fact]
    public void LossJitterAndRoundTripComeBackToTheSender()
    {
        _far.StartSource(_near.Ssrc);
        _near.StartSource(_far.Ssrc);
        for (ushort i = 0; i < 10; i++)
        {
            _near.Sent(Start, i * 160u, 160, 8000);
            if (i != 5) _far.Source!.Receive(Start + TimeSpan.FromMilliseconds(20 * i), i, i * 160u, 8000);
        }

        var oneWay = TimeSpan.FromMilliseconds(30);
        var sent = Start + TimeSpan.FromSeconds(1);
        Assert.True(_far.Receive(sent + oneWay, _buffer.AsSpan(0, _near.WriteReport(sent, _buffer))));
        var answered = sent + oneWay + TimeSpan.FromSeconds(2);
        Assert.True(_near.Receive(answered + oneWay, _buffer.AsSpan(0, _far.WriteReport(answered, _buffer))));

        Assert.Equal(1, _near.PeerReport!.Value.CumulativeLost);
        Assert.Equal(256 / 10, _near.PeerReport.Value.FractionLost);
        Assert.Equal(10, _near.ExpectedLoss);
        Assert.InRange(_near.RoundTrip!.Value, TimeSpan.FromMilliseconds(59.9), TimeSpan.FromMilliseconds(60.1));
    }

    [Fact]
    public void NonsenseOfAPeerIsNoRoundTrip()
    {
        var writer = new RtcpWriter(_buffer);
        writer.WriteReceiverReport(9, [new RtcpReportBlock(_near.Ssrc, 0, 0, 1, 0, 0xFFFFFFFF, 0xFFFFFFFF)]);
        Assert.True(_near.Receive(Start, _buffer.AsSpan(0, writer.Length)));
        Assert.Null(_near.RoundTrip);
        Assert.False(_near.Receive(Start, [0x80, 201, 0xFF, 0xFF]));
    }

    [Fact]
    public void TheLastCompoundSaysGoodbyeAndNothingFollows()
    {
        _near.Start(Start);
        var reader = new RtcpReader(_buffer.AsSpan(0, _near.WriteGoodbye(Start, _buffer)));
        var last = RtcpType.SenderReport;
        while (reader.TryRead(out var packet)) last = packet.Type;
        Assert.Equal(RtcpType.Goodbye, last);
        Assert.Null(_near.NextReport);
    }

    [Fact]
    public void ReportsAllocateNothing()
    {
        _near.StartSource(2);
        _near.Source!.Receive(Start, 1, 160, 8000);
        _near.WriteReport(Start, _buffer);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) _near.Receive(Start, _buffer.AsSpan(0, _near.WriteReport(Start, _buffer)));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private RtcpType FirstType(int length)
    {
        var reader = new RtcpReader(_buffer.AsSpan(0, length));
        Assert.True(reader.TryRead(out var packet));
        return packet.Type;
    }
}

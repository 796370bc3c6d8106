using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

/// <summary>RTCP of a session, to both sides.</summary>
public sealed class MediaSessionReportTests : MediaSessionRig
{
    [Fact]
    public void BothPeersGetReportsAboutWhatTheySendAndAGoodbye()
    {
        Connect();
        Talk(500);
        AssertReports(Sent.ToBrowserRtcp, ssrc: 10);
        AssertReports(Sent.ToPhoneRtcp, ssrc: 20);

        var before = (Sent.ToBrowserRtcp.Count, Sent.ToPhoneRtcp.Count);
        Session.Close(Now);
        Drain();
        Assert.Equal((before.Item1 + 1, before.Item2 + 1), (Sent.ToBrowserRtcp.Count, Sent.ToPhoneRtcp.Count));
        Assert.Contains(RtcpType.Goodbye, Types(Sent.ToBrowserRtcp[^1]));
        Assert.Contains(RtcpType.Goodbye, Types(Sent.ToPhoneRtcp[^1]));
    }

    [Fact]
    public void RtcpSharesThePortOnlyWhereItWasNegotiated()
    {
        var plan = new ImsLegPlan(PhoneRtp, PhoneRtp, RtcpMux: true, Stream(Pcma));
        Session.Apply(Now, new MediaPlan(VirtualBrowser.Plan(Stream(Pcmu)), plan));
        VirtualBrowser.Connect(Now, Session, Ice);
        var report = new byte[100];
        var writer = new RtcpWriter(report);
        writer.WriteReceiverReport(20, []);
        FromPhone(report[..writer.Length]);
        Talk(1);
        Assert.Equal(0, Session.Statistics.Ims.Dropped);
        Run(TimeSpan.FromSeconds(5));
        Assert.NotEmpty(Sent.ToPhoneRtcp);
    }

    [Fact]
    public void EachEncoderIsToldWhatItsOwnPeerLoses()
    {
        Connect();
        Talk(5);
        Assert.Equal((0, 0), (Codecs.ExpectedLoss[AudioCodec.Pcmu], Codecs.ExpectedLoss[AudioCodec.Pcma]));

        Session.ReceiveWebRtc(Now, VirtualBrowser.Address, Browser.Protect(Report(Sent.ToBrowser, fractionLost: 51), rtcp: true));
        Session.ReceiveIms(Now, PhoneRtcp, Report(Sent.ToPhone, fractionLost: 26), rtcp: true);
        Assert.Equal((20, 10), (Codecs.ExpectedLoss[AudioCodec.Pcmu], Codecs.ExpectedLoss[AudioCodec.Pcma]));
    }

    private static byte[] Report(List<byte[]> heard, byte fractionLost)
    {
        var report = new byte[100];
        var writer = new RtcpWriter(report);
        writer.WriteReceiverReport(30, [new RtcpReportBlock(Read(heard[0]).Ssrc, fractionLost, 1, 1, 0, 0, 0)]);
        return report[..writer.Length];
    }

    private static List<RtcpType> Types(byte[] compound)
    {
        var types = new List<RtcpType>();
        var reader = new RtcpReader(compound);
        while (reader.TryRead(out var packet)) types.Add(packet.Type);
        return types;
    }

    private static void AssertReports(List<byte[]> reports, uint ssrc)
    {
        // 10 s at half to one and a half times 5 s, the first after half of that.
        Assert.InRange(reports.Count, 1, 5);
        foreach (var compound in reports)
        {
            var reader = new RtcpReader(compound);
            Assert.True(reader.TryRead(out var report));
            Assert.Equal(RtcpType.SenderReport, report.Type);
            Assert.Equal((ssrc, 0, (byte)0), (report.Report(0).Ssrc, report.Report(0).CumulativeLost, report.Report(0).FractionLost));
            Assert.True(reader.TryRead(out var description));
            Assert.Equal(RtcpType.SourceDescription, description.Type);
        }
    }
}

using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.MediaNode.Core.Tests.Media.Video;

/// <summary>Lost packets, bit rates and reports.</summary>
public sealed class VideoFeedbackTests : VideoRig
{
    [Fact]
    public void PacketsThatWereLostTowardsAPeerAreSentAgainAsTheyWere()
    {
        Connect();
        for (var i = 0; i < 5; i++) FromPhone(Video(OurType, i, ssrc: 20));
        for (var i = 0; i < 5; i++) FromBrowser(Video(BrowserType, i));
        var (browserSaw, phoneSaw) = (Read(ToBrowser[2]).SequenceNumber, Read(ToPhone[2]).SequenceNumber);

        // The browser drops a packet that it has had: here it must be taken for lost, so it is compared before decryption.
        var before = Raw.Count;
        FeedbackOfBrowser(b => RtcpFeedbackWriter.WriteNack(b, 0, 10, BrowserSees, [(browserSaw, 1)]));
        Assert.Equal(before + 2, Raw.Count);
        Assert.Contains(Raw.Take(before), sent => sent.AsSpan().SequenceEqual(Raw[before]));

        FeedbackOfPhone(b => RtcpFeedbackWriter.WriteNack(b, 0, 20, PhoneSees, [(phoneSaw, 0)]));
        Assert.Equal(ToPhone[2], ToPhone[^1]);
        FeedbackOfPhone(b => RtcpFeedbackWriter.WriteNack(b, 0, 20, PhoneSees, [(phoneSaw, 0)]));
        Assert.Equal(6, ToPhone.Count);
        Assert.Equal((2, 1), (Session.Statistics.Video!.WebRtc.Counted.Resent, Session.Statistics.Video.Ims.Counted.Resent));
    }

    [Fact]
    public void PacketsThatNeverReachedUsAreAskedOfTheSource()
    {
        Connect();
        FromBrowser(Video(BrowserType, 0));
        ToBrowserRtcp.Clear();
        FromBrowser(Video(BrowserType, 3));
        Assert.Equal([(100 + 1, 1)], Nacks(ToBrowserRtcp));

        ToBrowserRtcp.Clear();
        var missing = (ushort)(Read(ToPhone[0]).SequenceNumber + 2);
        FeedbackOfPhone(b => RtcpFeedbackWriter.WriteNack(b, 0, 20, PhoneSees, [(missing, 0)]));
        Assert.Equal([(100 + 2, 0)], Nacks(ToBrowserRtcp));

        FromBrowser(Video(BrowserType, 2));
        Assert.Equal(missing, Read(ToPhone[^1]).SequenceNumber);
        Assert.Equal(Payload(2), Read(ToPhone[^1]).Payload.ToArray());
    }

    [Fact]
    public void AFewBytesOfFeedbackNeverBecomeManyPackets()
    {
        Connect();
        for (var i = 0; i < 200; i++) FromBrowser(Video(BrowserType, i));
        var before = ToPhone.Count;
        var first = Read(ToPhone[80]).SequenceNumber;
        FeedbackOfPhone(b => RtcpFeedbackWriter.WriteNack(
            b, 0, 20, PhoneSees, [.. Enumerable.Range(0, 32).Select(i => ((ushort)(first + i * 2), ushort.MaxValue))]));
        Assert.InRange(ToPhone.Count - before, 1, 64);
    }

    [Fact]
    public void ALimitOfTheNetworkReachesTheBrowserInItsWords()
    {
        Connect();
        FromBrowser(Video(BrowserType, 0));
        ToBrowserRtcp.Clear();
        FeedbackOfPhone(b => RtcpFeedbackWriter.WriteLimit(b, 0, 20, PhoneSees, 256_000, notice: false));
        Assert.Equal(256_000, Bitrates(ToBrowserRtcp, 10).Single());
        Assert.Contains(ToPhoneRtcp, c => Formats(c).Contains((RtcpType.TransportFeedback, RtcpFeedback.BitrateLimitNotice)));

        FeedbackOfPhone(b => RtcpFeedbackWriter.WriteLimit(b, 0, 20, PhoneSees, 5_000_000, notice: false));
        Assert.Equal(768_000, Bitrates(ToBrowserRtcp, 10).Last());

        FromPhone(Video(OurType, 0, ssrc: 20));
        FeedbackOfBrowser(b => RtcpFeedbackWriter.WriteEstimate(b, 0, 10, BrowserSees, 512_000));
        Assert.Equal(512_000, Bitrates(ToPhoneRtcp, 20).Single());
    }

    [Fact]
    public void EachSideGetsReportsUnderTheNameOfTheAudio()
    {
        Connect();
        for (var i = 0; i < 1000; i++)
        {
            FromBrowser(Video(BrowserType, i));
            FromPhone(Video(OurType, i, ssrc: 20));
        }

        Assert.Contains(ToPhoneRtcp, c => Formats(c)[0].Type == RtcpType.SenderReport);
        Assert.Contains(ToBrowserRtcp, c => Formats(c)[0].Type == RtcpType.SenderReport);
        Session.Close(Now);
        Drain();
        Assert.Contains((RtcpType.Goodbye, 1), Formats(ToPhoneRtcp[^1]));
    }
}

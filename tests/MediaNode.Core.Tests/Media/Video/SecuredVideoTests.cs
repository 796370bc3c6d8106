using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.MediaNode.Core.Tests.Media.Video;

/// <summary>Video towards the network with keys from the descriptions.</summary>
public sealed class SecuredVideoTests : VideoRig
{
    private static readonly SrtpMasterKey Ours = Key(1);
    private static readonly SrtpMasterKey Theirs = Key(2);

    [Theory]
    [InlineData(SrtpProfile.Aes128CmHmacSha1)]
    [InlineData(SrtpProfile.Aes128CmHmacSha1Short)]
    public void PicturesAndFeedbackGoThroughBothWaysUnderTheKeysOfBothSides(SrtpProfile suite)
    {
        Secure(new SrtpKeys(suite, Ours, Theirs));
        Connect();
        for (var i = 0; i < 30; i++)
        {
            FromBrowser(Video(BrowserType, i));
            FromPhone(Video(OurType, i, ssrc: 20));
        }

        Assert.Equal(Enumerable.Range(0, 30).Select(Payload), ToPhone.Select(packet => Read(packet).Payload.ToArray()));
        Assert.Equal(Enumerable.Range(0, 30).Select(Payload), ToBrowser.Select(packet => Read(packet).Payload.ToArray()));
        FeedbackOfPhone(b => RtcpFeedbackWriter.WritePictureLoss(b, 0, 20, PhoneSees));
        Assert.NotEmpty(Feedback(ToBrowserRtcp, 10));
        FeedbackOfBrowser(b => RtcpFeedbackWriter.WritePictureLoss(b, 0, 10, BrowserSees));
        Assert.NotEmpty(Feedback(ToPhoneRtcp, 20));
        Assert.Equal(0, Session.Statistics.Video!.Ims.Counted.Dropped);
    }

    [Fact]
    public void PacketsAreSentAgainAsTheyWereProtectedFirst()
    {
        Secure(new SrtpKeys(SrtpProfile.Aes128CmHmacSha1, Ours, Theirs));
        Connect();
        for (var i = 0; i < 5; i++) FromBrowser(Video(BrowserType, i));
        var asked = Read(ToPhone[2]).SequenceNumber;
        using var sender = new SrtpContext(SrtpProfile.Aes128CmHmacSha1, Ours);
        var expected = ToPhone.Take(3).Select(packet => Protected(sender, packet)).Last();
        FeedbackOfPhone(b => RtcpFeedbackWriter.WriteNack(b, 0, 20, PhoneSees, [(asked, 0)]));
        // The phone has had it, so it takes it for a replay: it is seen as it came over the wire.
        Assert.Equal(expected, ToPhone[^1]);
    }

    [Fact]
    public void WhatIsPlainForgedOrReplayedIsDropped()
    {
        Secure(new SrtpKeys(SrtpProfile.Aes128CmHmacSha1, Ours, Theirs));
        Connect();
        using var phone = new SrtpContext(SrtpProfile.Aes128CmHmacSha1, Theirs);
        using var other = new SrtpContext(SrtpProfile.Aes128CmHmacSha1, Key(9));
        var good = Protected(phone, Video(OurType, 0, ssrc: 20));
        foreach (var bad in new[] { Video(OurType, 0, ssrc: 20), Protected(other, Video(OurType, 0, ssrc: 20)), good[..11], [] })
            Session.ReceiveImsVideo(Now, PhoneRtp, bad, rtcp: false);
        Session.ReceiveImsVideo(Now, PhoneRtcp, new byte[] { 0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2 }, rtcp: true);
        Assert.Equal((0, 5), (Session.Statistics.Video!.Ims.Counted.PacketsReceived, Session.Statistics.Video.Ims.Counted.Dropped));

        Session.ReceiveImsVideo(Now, PhoneRtp, good.ToArray(), rtcp: false);
        Session.ReceiveImsVideo(Now, PhoneRtp, good, rtcp: false);
        Assert.Equal((1, 6), (Session.Statistics.Video!.Ims.Counted.PacketsReceived, Session.Statistics.Video.Ims.Counted.Dropped));
    }

    [Fact]
    public void VideoThatComesBackAndACallThatMovesUseNoKeyStreamTwice()
    {
        Secure(new SrtpKeys(SrtpProfile.Aes128CmHmacSha1, Ours, Theirs));
        Connect();
        for (var i = 0; i < 3; i++) FromBrowser(Video(BrowserType, i));
        var plan = Plan(MediaDirection.SendReceive, MediaDirection.SendReceive);
        Session.Apply(Now, plan with { Ims = plan.Ims! with { Video = null } });
        Apply();
        FromBrowser(Video(BrowserType, 3));

        Move();
        FromBrowser(Video(BrowserType, 4));
        FromPhone(Video(OurType, 0, ssrc: 20));

        // The phone's replay window took every one of them.
        Assert.Equal(Enumerable.Range(0, 5).Select(Payload), ToPhone.Select(packet => Read(packet).Payload.ToArray()));
        Assert.Single(ToBrowser);
    }

    /// <summary>The counter is in no packet (RFC 3711 §3.3.1): with another one than the phone's, nothing of it can be read.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ANodeThatGoesOnKnowsHowOftenTheNumbersStartedOver(bool hasMedia)
    {
        Secure(new SrtpKeys(SrtpProfile.Aes128CmHmacSha1, Ours, Theirs));
        Connect();
        var index = 0;
        // Two by two, since one that is far ahead of the others could be a stray one.
        for (var from = 0; from < 70_000; from += 8_192)
        {
            for (index = from; index < from + 2; index++) FromPhone(Video(OurType, index, ssrc: 20));
        }

        Run(TimeSpan.FromSeconds(10));
        Assert.Equal(new ImsRolledOver(1, IsVideo: true), Assert.Single(Events.OfType<ImsRolledOver>()));
        if (hasMedia) Move();
        else BeginElsewhere(rollOver: 1);

        ToBrowser.Clear();
        for (var i = 0; i < 5; i++) FromPhone(Video(OurType, index + i, ssrc: 20));
        Assert.Equal(Enumerable.Range(index, 5).Select(Payload), ToBrowser.Select(packet => Read(packet).Payload.ToArray()));
    }

    private void Move()
    {
        var saved = Session.Save(Now, DateTimeOffset.UnixEpoch)!;
        Session.Dispose();
        Session = new MediaSession(
            Now, DateTimeOffset.UnixEpoch, saved, new MediaSockets(WebRtcSocket, 2, 3), Browser, new ManagedCodecs(),
            new EntropySource([.. Enumerable.Repeat((byte)1, 32)]), Queue);
        Session.AddVideo(Now, VideoRtpSocket, VideoRtcpSocket);
    }

    /// <summary>With new media, and what the row of the call tells of the old ones.</summary>
    private void BeginElsewhere(uint rollOver)
    {
        Session.Dispose();
        Session = new MediaSession(
            new MediaSockets(WebRtcSocket, 2, 3), new WebRtcPeer(Ice, Browser), new ManagedCodecs(), new EntropySource([.. Enumerable.Repeat((byte)2, 32)]), Queue);
        Session.AddVideo(Now, VideoRtpSocket, VideoRtcpSocket);
        var plan = Plan(MediaDirection.SendReceive, MediaDirection.SendReceive);
        Session.Apply(Now, plan with { Ims = plan.Ims! with { Video = plan.Ims.Video! with { Srtp = Keys! with { RollOver = rollOver } } } });
        VirtualBrowser.Connect(Now, Session, Ice);
    }

    private static SrtpMasterKey Key(byte seed) => new(Enumerable.Repeat(seed, 16).ToArray(), Enumerable.Repeat(seed, 14).ToArray());

    private static byte[] Protected(SrtpContext context, byte[] packet)
    {
        var slot = new byte[packet.Length + SrtpContext.MaxOverhead];
        packet.CopyTo(slot, 0);
        return slot[..context.ProtectRtp(slot, packet.Length, out _)];
    }
}

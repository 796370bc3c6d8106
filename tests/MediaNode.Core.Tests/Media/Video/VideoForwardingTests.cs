using System.Net;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Video;

namespace Byon.Tests.MediaNode.Core.Tests.Media.Video;

/// <summary>What is passed on of video, and as which stream.</summary>
public sealed class VideoForwardingTests : VideoRig
{
    [Fact]
    public void PicturesPassUntouchedUnderThePayloadTypesOfEachSide()
    {
        Connect();
        for (var i = 0; i < 300; i++)
        {
            FromBrowser(Video(BrowserType, i));
            FromPhone(Video(OurType, i, ssrc: 20));
        }

        Assert.Equal(300, ToPhone.Count);
        Assert.Equal(300, ToBrowser.Count);
        for (var i = 0; i < 300; i++)
        {
            Assert.Equal((PhoneType, i % 3 == 2), (Read(ToPhone[i]).PayloadType, Read(ToPhone[i]).Marker));
            Assert.Equal((BrowserType, i % 3 == 2), (Read(ToBrowser[i]).PayloadType, Read(ToBrowser[i]).Marker));
            Assert.Equal(Payload(i), Read(ToPhone[i]).Payload.ToArray());
            Assert.Equal((ushort)(Read(ToPhone[0]).SequenceNumber + i), Read(ToPhone[i]).SequenceNumber);
        }

        Assert.Single(ToPhone.Select(p => Read(p).Ssrc).Distinct());
        Assert.Single(ToBrowser.Select(p => Read(p).Ssrc).Distinct());
        Assert.Single(Events.OfType<FirstWebRtcVideo>());
        Assert.Single(Events.OfType<FirstImsVideo>());
        var video = Session.Statistics.Video!;
        Assert.Equal((300, 300, VideoCodec.H264), (video.WebRtc.Counted.PacketsReceived, video.Ims.PacketsSent, video.WebRtc.Codec));
    }

    [Fact]
    public void ASourceThatChangesAndAPauseLeaveOneStreamWithoutAGap()
    {
        Connect();
        FromPhone(Video(OurType, 0, ssrc: 20));
        FromPhone(Video(OurType, 1, ssrc: 20));
        Run(TimeSpan.FromSeconds(2));
        FromPhone(Video(OurType, 40_000, ssrc: 21));
        Apply(phone: MediaDirection.SendOnly);
        FromPhone(Video(OurType, 40_001, ssrc: 21));
        Apply();
        FromPhone(Video(OurType, 40_009, ssrc: 21));

        var numbers = ToBrowser.Select(p => Read(p).SequenceNumber).ToList();
        Assert.Equal([0, 1, 2, 3], numbers.Select(n => (ushort)(n - numbers[0])).Select(n => (int)n));
        var passed = Read(ToBrowser[2]).Timestamp - Read(ToBrowser[1]).Timestamp;
        Assert.InRange(passed, 2 * 90_000u - 9_000, 2 * 90_000u + 9_000);
        Assert.Single(ToBrowser.Select(p => Read(p).Ssrc).Distinct());
    }

    [Fact]
    public void WhatDoesNotBelongToTheVideoGoesNowhere()
    {
        Connect();
        FromPhone(Video(96, 0, ssrc: 20));
        FromPhone(Video(OurType, 0, ssrc: 20), new IPEndPoint(IPAddress.Parse("192.0.2.66"), 5000));
        FromPhone([0x80, OurType, 0, 1]);
        FromPhone(Video(OurType, 0, ssrc: 20));
        FromPhone(Video(OurType, 0, ssrc: 21));
        Assert.Single(ToBrowser);
        Assert.Equal(4, Session.Statistics.Video!.Ims.Counted.Dropped);
    }

    [Fact]
    public void NothingIsAllocatedPerPacket()
    {
        Connect();
        var packets = Enumerable.Range(0, 600).Select(i => (Browser: Video(BrowserType, i), Phone: Video(OurType, i, ssrc: 20))).ToArray();
        Relay(packets.AsSpan(0, 200));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Relay(packets.AsSpan(200));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private void Relay(ReadOnlySpan<(byte[] Browser, byte[] Phone)> packets)
    {
        foreach (var (browser, phone) in packets)
        {
            Session.ReceiveWebRtc(Now, VirtualBrowser.Address, Browser.Protect(browser));
            Session.ReceiveImsVideo(Now, PhoneRtp, phone, rtcp: false);
            Queue.Clear();
        }
    }
}

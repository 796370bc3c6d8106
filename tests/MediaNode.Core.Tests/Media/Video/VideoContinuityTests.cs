using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.MediaNode.Core.Tests.Media.Video;

/// <summary>Video that goes away, comes back, or moves to another node.</summary>
public sealed class VideoContinuityTests : VideoRig
{
    [Fact]
    public void VideoThatIsRemovedStopsAndComesBackAsTheSameStream()
    {
        Connect();
        FromBrowser(Video(BrowserType, 0));
        Session.Apply(Now, Plan(MediaDirection.SendReceive, MediaDirection.SendReceive) is var plan ? plan with { Ims = plan.Ims! with { Video = null } } : plan);
        Drain();
        FromBrowser(Video(BrowserType, 1));
        Assert.Single(ToPhone);
        Assert.Contains((RtcpType.Goodbye, 1), Formats(ToPhoneRtcp[^1]));

        Apply();
        FromBrowser(Video(BrowserType, 2));
        Assert.Equal(2, ToPhone.Count);
        Assert.Equal(Read(ToPhone[0]).Ssrc, Read(ToPhone[1]).Ssrc);
        Assert.Equal((ushort)(Read(ToPhone[0]).SequenceNumber + 1), Read(ToPhone[1]).SequenceNumber);
    }

    [Fact]
    public void ACallThatMovesToAnotherNodeGoesOnWithTheSameStreams()
    {
        Connect();
        for (var i = 0; i < 3; i++) FromPhone(Video(OurType, i, ssrc: 20));
        for (var i = 0; i < 3; i++) FromBrowser(Video(BrowserType, i));
        ToPhoneRtcp.Clear();
        var wall = DateTimeOffset.UnixEpoch;
        var saved = Session.Save(Now, wall)!;
        Session.Dispose();
        Session = new MediaSession(
            Now, wall, saved, new MediaSockets(WebRtcSocket, 2, 3), Browser, new ManagedCodecs(), new EntropySource([.. Enumerable.Repeat((byte)1, 32)]), Queue);
        Session.AddVideo(Now, VideoRtpSocket, VideoRtcpSocket);

        FromPhone(Video(OurType, 3, ssrc: 20));
        FromBrowser(Video(BrowserType, 3));
        foreach (var stream in new[] { ToPhone, ToBrowser })
        {
            Assert.Equal(4, stream.Count);
            Assert.Equal(Read(stream[2]).Ssrc, Read(stream[3]).Ssrc);
            Assert.Equal((ushort)(Read(stream[2]).SequenceNumber + 1), Read(stream[3]).SequenceNumber);
        }

        Assert.Single(Feedback(ToPhoneRtcp, 20));
    }
}

using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Video;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.MediaNode.Core.Tests.Media.Video;

/// <summary>Whole pictures, asked for when a receiver needs one to begin with.</summary>
public sealed class VideoPictureTests : VideoRig
{
    [Theory]
    [InlineData(VideoFeedback.PictureLoss | VideoFeedback.FullIntra, RtcpFeedback.PictureLoss)]
    [InlineData(VideoFeedback.FullIntra, RtcpFeedback.FullIntra)]
    [InlineData(VideoFeedback.None, null)]
    public void AReceiverThatNeedsAPictureGetsOneAskedForInTheWordsOfTheSource(VideoFeedback ofPhone, int? format)
    {
        OfPhone = ofPhone;
        Connect();
        FromPhone(Video(OurType, 0, ssrc: 20));
        Run(TimeSpan.FromSeconds(1));
        ToPhoneRtcp.Clear();
        FeedbackOfBrowser(b => RtcpFeedbackWriter.WritePictureLoss(b, 0, 10, BrowserSees));
        Assert.Equal(format is null ? [] : [(RtcpType.PayloadFeedback, format.Value)], Feedback(ToPhoneRtcp, 20));
        FeedbackOfBrowser(b => RtcpFeedbackWriter.WriteFullIntra(b, 0, 10, BrowserSees, 1));
        FeedbackOfBrowser(b => RtcpFeedbackWriter.WritePictureLoss(b, 0, 10, 4711));
        Assert.Equal(format is null ? 0 : 1, Feedback(ToPhoneRtcp, 20).Count);
        Run(TimeSpan.FromMilliseconds(400));
        Assert.Equal(format is null ? 0 : 2, Feedback(ToPhoneRtcp, 20).Count);
    }

    [Fact]
    public void APictureIsAskedForWhenAReceiverJoinsOrResumes()
    {
        Apply(phone: MediaDirection.Inactive);
        VirtualBrowser.Connect(Now, Session, Ice);
        FromBrowser(Video(BrowserType, 0));
        Assert.Empty(Feedback(ToBrowserRtcp, 10));

        Apply();
        Assert.Equal([(RtcpType.PayloadFeedback, RtcpFeedback.PictureLoss)], Feedback(ToBrowserRtcp, 10).Where(f => f.Format != RtcpFeedback.ApplicationLayer));
        Run(TimeSpan.FromSeconds(1));
        Apply(phone: MediaDirection.Inactive);
        Apply();
        Assert.Equal(2, Feedback(ToBrowserRtcp, 10).Count(f => f.Format == RtcpFeedback.PictureLoss));
    }

    [Fact]
    public void APictureIsAskedForWhenTheBrowserConnectsAfterTheNetworkHasBegun()
    {
        Apply();
        FromPhone(Video(OurType, 0, ssrc: 20));
        Assert.Empty(ToBrowser);
        VirtualBrowser.Connect(Now, Session, Ice);
        FromPhone(Video(OurType, 1, ssrc: 20));
        Assert.Single(ToBrowser);
        Assert.Equal([(RtcpType.PayloadFeedback, RtcpFeedback.PictureLoss)], Feedback(ToPhoneRtcp, 20));
    }
}

using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Video;
using Byon.MediaNode.Core.Protocol.Sdp;
using static Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp.SdpSamples;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp;

public sealed class WebRtcVideoTests
{
    private const VideoFeedback OfBrowsers = VideoFeedback.Nack | VideoFeedback.PictureLoss | VideoFeedback.FullIntra | VideoFeedback.EstimatedBitrate;

    private static readonly WebRtcVideoTerms Terms = new(null, 1500);

    [Fact]
    public void A_camera_is_taken_up_with_one_encoding_that_phones_speak()
    {
        var (answer, plan) = Answer(VideoSamples.Chrome());
        Assert.Equal(
            new VideoStream(
                new VideoFormat(VideoCodec.H264, 102, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f"),
                new VideoFormat(VideoCodec.H264, 102, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f"),
                OfBrowsers, MediaDirection.SendReceive),
            plan.Video);
        Assert.Contains("a=group:BUNDLE 0 1", answer.Section(0));
        var video = answer.Section(2);
        Assert.Equal("video 20000 UDP/TLS/RTP/SAVPF 102", video[0]);
        Assert.Contains("b=AS:1500", video);
        Assert.Contains("a=mid:1", video);
        Assert.Contains("a=rtcp-mux", video);
        Assert.Contains("a=setup:passive", video);
        Assert.Contains("a=msid:byon byon-video", video);
        Assert.Contains("a=rtcp-fb:102 nack pli", video);
        Assert.Contains("a=rtcp-fb:102 goog-remb", video);
        Assert.DoesNotContain(video, line => line.Contains("transport-cc", StringComparison.Ordinal) || line.StartsWith("a=extmap", StringComparison.Ordinal));
    }

    [Fact]
    public void The_encoding_in_use_stays_when_the_browser_offers_anew()
    {
        var (_, plan) = Answer(VideoSamples.Chrome(), new WebRtcVideoTerms(new VideoFormat(VideoCodec.Vp8, 96), 1500));
        Assert.Equal(new VideoFormat(VideoCodec.Vp8, 96), plan.Video!.Send);
    }

    [Theory]
    [InlineData("sendonly", MediaDirection.ReceiveOnly, "a=recvonly")]
    [InlineData("recvonly", MediaDirection.SendOnly, "a=sendonly")]
    [InlineData("inactive", MediaDirection.Inactive, "a=inactive")]
    public void Its_direction_is_mirrored(string offered, MediaDirection expected, string written)
    {
        var (answer, plan) = Answer(VideoSamples.Chrome(offered));
        Assert.Equal(expected, plan.Video!.Direction);
        Assert.Contains(written, answer.Section(2));
        Assert.Equal(expected.HasFlag(MediaDirection.SendOnly), answer.Section(2).Contains("a=msid:byon byon-video"));
    }

    [Theory]
    [InlineData("97 103 107")]
    [InlineData("98")]
    public void Video_without_a_known_format_is_refused_and_audio_goes_on(string formats) => Refused(VideoSamples.Chrome(formats: formats));

    [Fact]
    public void Video_that_is_switched_off_or_outside_the_bundle_is_refused()
    {
        Refused(VideoSamples.Chrome(), null);
        Refused(VideoSamples.Chrome(port: 0));
        Refused(VideoSamples.Chrome().With("a=group:BUNDLE 0 1", "a=group:BUNDLE 0"));
    }

    [Fact]
    public void Video_may_come_first()
    {
        var offer = VideoSamples.Chrome();
        var (session, audio, video) = (offer[..offer.IndexOf("m=", StringComparison.Ordinal)], offer.Split("m=")[1], offer.Split("m=")[2]);
        var (answer, plan) = Answer(session.Replace("BUNDLE 0 1", "BUNDLE 1 0", StringComparison.Ordinal) + "m=" + video + "m=" + audio);
        Assert.NotNull(plan.Video);
        Assert.Contains("a=group:BUNDLE 1 0", answer.Section(0));
        Assert.StartsWith("video 20000", answer.Section(1)[0], StringComparison.Ordinal);
        Assert.StartsWith("audio 20000", answer.Section(2)[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Our_offer_has_the_networks_encodings_under_payload_types_apart_from_audio()
    {
        var wanted = new WebRtcVideoOffer(
            WebRtcOfferAnswer.Number([new(VideoCodec.H264, 114, "profile-level-id=42c00c;packetization-mode=1"), new(VideoCodec.Vp8, 115)]), 1500);
        var offer = WebRtcOfferAnswer.WriteOffer(Local, Origin, MediaDirection.SendReceive, video: wanted);
        Assert.Contains("a=group:BUNDLE 0 1", offer.Section(0));
        Assert.Equal("video 20000 UDP/TLS/RTP/SAVPF 96 97", offer.Section(2)[0]);
        Assert.Contains("a=fmtp:96 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e00c", offer.Section(2));
        Assert.Contains("a=rtpmap:97 VP8/90000", offer.Section(2));
        Assert.Contains("a=setup:actpass", offer.Section(2));

        var answer = VideoSamples.Chrome(setup: "active", formats: "96");
        Assert.True(WebRtcOfferAnswer.TryReadAnswer(answer, MediaDirection.SendReceive, out var plan, out _, wanted));
        Assert.Equal((VideoCodec.Vp8, 96, 97), (plan.Video!.Send.Codec, plan.Video.Send.PayloadType, plan.Video.Receive.PayloadType));

        Assert.True(WebRtcOfferAnswer.TryReadAnswer(VideoSamples.Chrome(setup: "active", port: 0), MediaDirection.SendReceive, out plan, out _, wanted));
        Assert.Null(plan.Video);
    }

    private static (string Answer, WebRtcLegPlan Plan) Answer(string offer, WebRtcVideoTerms? terms = null)
    {
        Assert.True(
            WebRtcOfferAnswer.TryAnswer(offer, Local, Origin, MediaDirection.SendReceive, out var answer, out var plan, out var why, video: terms ?? Terms),
            why?.ToString());
        return (answer, plan);
    }

    private static void Refused(string offer) => Refused(offer, Terms);

    private static void Refused(string offer, WebRtcVideoTerms? terms)
    {
        Assert.True(WebRtcOfferAnswer.TryAnswer(offer, Local, Origin, MediaDirection.SendReceive, out var answer, out var plan, out _, video: terms));
        Assert.Null(plan.Video);
        Assert.StartsWith("video 0 ", answer.Section(2)[0], StringComparison.Ordinal);
        Assert.Contains("a=mid:1", answer.Section(2));
        Assert.Contains("a=group:BUNDLE 0", answer.Section(0));
    }
}

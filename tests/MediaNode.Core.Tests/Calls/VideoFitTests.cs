using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Video;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp;

namespace Byon.Tests.MediaNode.Core.Tests.Calls;

/// <summary>A browser is answered with H.264 before the network has said what it takes.</summary>
public sealed class VideoFitTests
{
    private static readonly SipSessionId Session = new(1);

    /// <summary>What Chrome says to an offer of VP8 under its own payload type.</summary>
    private static readonly string Vp8 = VideoSamples.Chrome(setup: "active", formats: "96");

    [Fact]
    public void A_network_that_takes_VP8_only_gets_it_and_the_browser_is_offered_it()
    {
        var rig = WithVp8();
        Assert.Equal(VideoCodec.Vp8, rig.Plan.Ims!.Video!.Stream.Send.Codec);
        Assert.Equal(VideoCodec.H264, rig.Plan.WebRtc!.Video!.Send.Codec);
        Assert.DoesNotContain("media.video", rig.Milestones);
        var told = rig.Events[^1];
        Assert.Equal((CallState.Connected, true, "The other side takes another encoding of video."), (told.State, told.WithSdp, told.Reason));
        Assert.Null(told.Call.AnswerSdp);
        Assert.Contains("m=video 20001 UDP/TLS/RTP/SAVPF 96\r\n", told.Call.OfferSdp);
        Assert.Contains("a=rtpmap:96 VP8/90000\r\n", told.Call.OfferSdp);

        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, answer: Vp8));
        Assert.Equal((VideoCodec.Vp8, 96), (rig.Plan.WebRtc!.Video!.Send.Codec, rig.Plan.WebRtc.Video.Send.PayloadType));
        Assert.Equal((MediaDirection.SendReceive, MediaDirection.SendReceive), (rig.Plan.WebRtc.Video.Direction, rig.Plan.Ims!.Video!.Stream.Direction));
        Assert.Contains("media.video", rig.Milestones);
        Assert.Single(rig.Sip);
        Assert.Equal(Vp8, rig.Call.Description.AnswerSdp);
    }

    [Fact]
    public void A_browser_that_can_speak_one_encoding_only_is_offered_no_other_towards_the_network()
    {
        var rig = CallRig.Outgoing(VideoSamples.Chrome(formats: "102 106"));
        Assert.Contains("m=video 21002 RTP/AVP 98\r\n", Assert.IsType<SendInvite>(rig.Sip.Single()).Offer);
        rig.Answered(VideoSamples.Phone(formats: "99"));
        Assert.Null(rig.Plan.Ims!.Video);
        Assert.Contains("media.video-refused", rig.Milestones);
    }

    [Fact]
    public void A_browser_with_VP8_only_talks_VP8_from_the_start()
    {
        var rig = CallRig.Outgoing(VideoSamples.Chrome(formats: "96 97"));
        Assert.Contains("a=rtpmap:98 VP8/90000", Assert.IsType<SendInvite>(rig.Sip.Single()).Offer);
        rig.Answered(VideoSamples.Phone(formats: "99"));
        Assert.Contains("media.video", rig.Milestones);
        Assert.NotNull(rig.Call.Description.AnswerSdp);
    }

    [Fact]
    public void An_incoming_call_with_VP8_only_is_one_of_VP8()
    {
        var rig = CallRig.Incoming(VideoSamples.Phone(formats: "99"), out _);
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, answer: Vp8));
        Assert.Contains("m=video 21002 RTP/AVP 99\r\n", Assert.IsType<SendAnswer>(rig.Sip.Single()).Sdp);
        Assert.Contains("media.video", rig.Milestones);
        Assert.Null(rig.Call.NextTimeout);
    }

    [Fact]
    public void A_network_without_an_offer_of_its_own_may_answer_ours_with_VP8()
    {
        var rig = CallRig.Incoming(null, out _);
        rig.Call.AddVideoPorts(CallSdp.VideoPorts);
        rig.Put(CallState.Connected, answer: CallSdp.BrowserAnswer());
        rig.Acknowledged(VideoSamples.PhoneWithoutVideo());
        rig.Put(CallState.Connected, offer: VideoSamples.Chrome());
        rig.ReinviteAnswered(VideoSamples.Phone(formats: "99"));
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, answer: Vp8));
        Assert.Contains("media.video", rig.Milestones);
    }

    [Fact]
    public void A_network_that_goes_over_to_VP8_takes_the_browser_along_and_back()
    {
        var rig = CallRig.Outgoing(VideoSamples.Chrome());
        rig.Answered(VideoSamples.Phone(formats: "114"));
        rig.Reinvited(VideoSamples.Phone(formats: "99", version: 2), mayWait: true);
        Assert.Contains("m=video 21002 RTP/AVP 99\r\n", Assert.IsType<AcceptReinvite>(rig.Sip[^1]).Sdp);
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, answer: Vp8));
        Assert.Equal(VideoCodec.Vp8, rig.Plan.WebRtc!.Video!.Send.Codec);

        // What the browser can do is not forgotten by what it does.
        rig.Reinvited(VideoSamples.Phone(formats: "114", version: 3), mayWait: true);
        Assert.Contains("H264/90000", rig.Events[^1].Call.OfferSdp);
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, answer: VideoSamples.Chrome(setup: "active", formats: "102")));
        Assert.Equal(VideoCodec.H264, rig.Plan.WebRtc!.Video!.Send.Codec);
        Assert.Equal(["media.video", "media.video-ended", "media.video", "media.video-ended", "media.video"], rig.Milestones.Where(m => m.StartsWith("media.video", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_call_that_is_refused_for_its_video_is_made_without()
    {
        var rig = CallRig.Outgoing(VideoSamples.Chrome());
        rig.Provisional(183, VideoSamples.Phone(formats: "114"));
        rig.Ended(SipEndingKind.Rejected, 488, "Not Acceptable Here");
        Assert.Null(rig.Call.Description.End);
        var again = Assert.IsType<SendInvite>(rig.Sip[^1]).Offer;
        Assert.DoesNotContain("m=video", again);
        Assert.Contains("m=audio 21000 ", again);
        Assert.Null(rig.Plan.Ims);

        rig.Answered(VideoSamples.PhoneWithoutVideo());
        Assert.Equal(CallState.Connected, rig.State);
        Assert.Equal(2, rig.Sip.Count);
        MustBeTold(rig);
    }

    [Theory]
    [InlineData(486)]
    [InlineData(403)]
    public void A_call_that_is_refused_for_another_reason_is_over(int status)
    {
        var rig = CallRig.Outgoing(VideoSamples.Chrome());
        rig.Ended(SipEndingKind.Rejected, status, "No");
        Assert.NotNull(rig.Call.Description.End);
        Assert.Single(rig.Sip);
    }

    [Fact]
    public void A_call_whose_audio_is_refused_too_is_over_after_the_second_time()
    {
        var rig = CallRig.Outgoing(VideoSamples.Chrome());
        rig.Ended(SipEndingKind.Rejected, 606, "Not Acceptable");
        rig.Ended(SipEndingKind.Rejected, 488, "Not Acceptable Here");
        Assert.Equal("media-not-acceptable", rig.Call.Description.End!.Reason);
        Assert.Equal((2, 1), (rig.Sip.Count, rig.Releases));

        rig = CallRig.Outgoing(VideoSamples.ChromeWithoutVideo());
        rig.Ended(SipEndingKind.Rejected, 488, "Not Acceptable Here");
        Assert.NotNull(rig.Call.Description.End);
    }

    [Fact]
    public void A_browser_whose_video_nobody_takes_is_told_and_may_try_again()
    {
        var rig = CallRig.Outgoing(VideoSamples.Chrome());
        rig.Answered(VideoSamples.Phone(port: 0));
        MustBeTold(rig);
        Assert.Single(rig.Sip);

        // A hold does not offer what was refused.
        rig.Put(CallState.Hold);
        Assert.Contains("m=video 0 ", Assert.IsType<SendReinvite>(rig.Sip[^1]).Offer);
        rig.ReinviteAnswered(VideoSamples.Phone("recvonly", port: 0));
        rig.Put(CallState.Resume);
        rig.ReinviteAnswered(VideoSamples.Phone(port: 0));

        // Nor does an offer of the browser's that changes nothing about it.
        var sent = rig.Sip.Count;
        rig.Put(CallState.Connected, offer: VideoSamples.Chrome());
        Assert.Equal(sent, rig.Sip.Count);
        rig.Put(CallState.Connected, offer: VideoSamples.Chrome("inactive"));
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, offer: VideoSamples.Chrome()));
        Assert.Contains("m=video 21002 RTP/AVP 98 99\r\n", Assert.IsType<SendReinvite>(rig.Sip[^1]).Offer);
        rig.ReinviteAnswered(VideoSamples.Phone(formats: "114"));
        Assert.Equal((MediaDirection.SendReceive, MediaDirection.SendReceive), (rig.Plan.WebRtc!.Video!.Direction, rig.Plan.Ims!.Video!.Stream.Direction));
    }

    [Fact]
    public void Video_that_is_added_and_refused_does_not_cost_the_hold()
    {
        foreach (var refusal in new Action<CallRig>[] { rig => rig.ReinviteRejected(488, "Not Acceptable Here"), rig => rig.ReinviteAnswered(VideoSamples.Phone(port: 0)) })
        {
            var rig = CallRig.Outgoing(VideoSamples.ChromeWithoutVideo());
            rig.Answered(VideoSamples.PhoneWithoutVideo());
            rig.Call.AddVideoPorts(CallSdp.VideoPorts);
            rig.Put(CallState.Connected, offer: VideoSamples.Chrome());
            refusal(rig);
            MustBeTold(rig);
            rig.Put(CallState.Hold);
            Assert.DoesNotContain("m=video 21002", Assert.IsType<SendReinvite>(rig.Sip[^1]).Offer);
            rig.ReinviteAnswered(CallSdp.Phone("recvonly"));
            Assert.Equal([CallCommandResult.Done], rig.Completed);
        }
    }

    [Fact]
    public void A_network_that_refused_video_may_add_it_remove_it_and_add_it_again()
    {
        var rig = CallRig.Outgoing(VideoSamples.Chrome());
        rig.Answered(VideoSamples.PhoneWithoutVideo());
        MustBeTold(rig);
        rig.Reinvited(VideoSamples.Phone(version: 2), mayWait: true);
        Assert.Equal(MediaDirection.SendReceive, rig.Plan.Ims!.Video!.Stream.Direction);
        rig.Reinvited(VideoSamples.Phone(version: 3, port: 0), mayWait: true);
        Assert.Null(rig.Plan.Ims!.Video);
        rig.Reinvited(VideoSamples.Phone(version: 4, formats: "99"), mayWait: true);
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, answer: Vp8));
        Assert.Equal(VideoCodec.Vp8, rig.Plan.WebRtc!.Video!.Send.Codec);
    }

    [Fact]
    public void A_network_that_goes_back_before_the_browser_has_followed_takes_the_offer_back()
    {
        var rig = WithVp8();
        rig.Reinvited(VideoSamples.Phone(formats: "114", version: 2), mayWait: true);
        Assert.Equal("The video is as it was before.", rig.Events[^1].Reason);
        Assert.Equal(VideoSamples.Chrome(), rig.Call.Description.OfferSdp);
        Assert.NotNull(rig.Call.Description.AnswerSdp);
        Assert.Equal(CallFault.IncompatibleState, rig.Put(CallState.Connected, answer: Vp8)!.Fault);
        Assert.Contains("media.video", rig.Milestones);
    }

    [Fact]
    public void A_device_that_does_not_answer_keeps_its_call_and_is_not_asked_without_end()
    {
        var rig = WithVp8();
        var events = rig.Events.Count;
        for (var version = 2; version < 5; version++) rig.Reinvited(VideoSamples.Phone(formats: "99", version: version), mayWait: true);
        rig.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(events, rig.Events.Count);
        Assert.Equal(MediaDirection.SendReceive, rig.Plan.Ims!.Audio.Direction);
        // Late is not too late.
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, answer: Vp8));
        Assert.Contains("media.video", rig.Milestones);
    }

    [Fact]
    public void An_offer_of_the_browsers_own_is_answered_with_the_encoding_of_the_network()
    {
        var rig = WithVp8();
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, offer: VideoSamples.Chrome()));
        Assert.Contains("m=video 20001 UDP/TLS/RTP/SAVPF 96\r\n", rig.Call.Description.AnswerSdp);
        Assert.Contains("media.video", rig.Milestones);
        Assert.Single(rig.Sip);
    }

    [Fact]
    public void A_browser_that_declines_the_encoding_ends_the_video()
    {
        var rig = WithVp8();
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, answer: VideoSamples.Chrome(setup: "active", formats: "96", port: 0)));
        Assert.Contains("m=video 0 ", Assert.IsType<SendReinvite>(rig.Sip[^1]).Offer);
        Assert.Equal(CallFault.UnacceptableSdp, WithVp8().Put(CallState.Connected, answer: "v=0")!.Fault);
    }

    [Fact]
    public void A_hold_of_either_side_comes_first()
    {
        var rig = WithVp8();
        rig.Put(CallState.Hold);
        Assert.NotNull(rig.Call.Description.AnswerSdp);
        rig.ReinviteAnswered(VideoSamples.Phone("recvonly", formats: "99"));
        Assert.Equal(CallFault.IncompatibleState, rig.Put(CallState.Connected, answer: Vp8)!.Fault);
        rig.Put(CallState.Resume);
        rig.ReinviteAnswered(VideoSamples.Phone(formats: "99"));
        Assert.Contains("VP8/90000", rig.Events[^1].Call.OfferSdp);

        rig = WithVp8();
        rig.Reinvited(VideoSamples.Phone("sendonly", formats: "99", version: 2).Replace("a=sendrecv", "a=sendonly", StringComparison.Ordinal), mayWait: true);
        Assert.Equal((CallState.Hold, true), (rig.Events[^1].State, rig.Events[^1].Call.AnswerSdp is null));
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, answer: Vp8));
        Assert.Equal(VideoCodec.Vp8, rig.Plan.WebRtc!.Video!.Send.Codec);
    }

    [Fact]
    public void A_call_that_ends_or_moves_meanwhile_is_as_it_was_before()
    {
        var rig = WithVp8();
        var moved = rig.Restored();
        Assert.NotNull(moved.Call.Description.AnswerSdp);
        moved.Reinvited(VideoSamples.Phone(formats: "99", version: 2), mayWait: true);
        Assert.Equal(CallCommandResult.Done, moved.Put(CallState.Connected, answer: Vp8));

        rig.End();
        Assert.NotNull(rig.Call.Description.AnswerSdp);
        rig.Sent(new SessionReinvited(Session, VideoSamples.Phone(formats: "99", version: 2)));
        Assert.IsType<EndSession>(rig.Sip[^1]);
    }

    private static CallRig WithVp8()
    {
        var rig = CallRig.Outgoing(VideoSamples.Chrome());
        rig.Answered(VideoSamples.Phone(formats: "99"));
        Assert.Contains("SAVPF 96\r\n", rig.Call.Description.OfferSdp);
        return rig;
    }

    private static void MustBeTold(CallRig rig)
    {
        var told = rig.Events[^1];
        Assert.Equal((CallState.Connected, "The other side takes no video.", false), (told.State, told.Reason, told.WithSdp));
        Assert.Single(rig.Events, one => one.Reason == told.Reason);
        Assert.Single(rig.Milestones, "media.video-refused");
        Assert.NotNull(rig.Call.Description.AnswerSdp);
        Assert.Null(rig.Plan.Ims!.Video);
        Assert.Equal(MediaDirection.SendReceive, rig.Plan.Ims.Audio.Direction);
    }
}

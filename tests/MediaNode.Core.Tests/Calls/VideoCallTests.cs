using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Media;
using Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp;

namespace Byon.Tests.MediaNode.Core.Tests.Calls;

public sealed class VideoCallTests
{
    [Fact]
    public void A_browsers_video_is_offered_to_the_network_and_flows_once_it_is_answered()
    {
        var rig = CallRig.Outgoing(VideoSamples.Chrome());
        Assert.Contains("m=video 20001 UDP/TLS/RTP/SAVPF 102\r\n", rig.Call.Description.AnswerSdp);
        Assert.Contains("m=video 21002 RTP/AVP 98 99\r\n", Assert.IsType<SendInvite>(rig.Sip.Single()).Offer);
        rig.Answered(VideoSamples.Phone(formats: "114"));

        Assert.Equal(CallState.Connected, rig.State);
        Assert.Equal(MediaDirection.SendReceive, rig.Plan.WebRtc!.Video!.Direction);
        Assert.Equal((MediaDirection.SendReceive, 114), (rig.Plan.Ims!.Video!.Stream.Direction, rig.Plan.Ims.Video.Stream.Send.PayloadType));
        Assert.Contains("media.video", rig.Milestones);
        Assert.Single(rig.Sip);
    }

    [Fact]
    public void A_network_that_refuses_video_gets_a_call_of_audio()
    {
        foreach (var answer in new[] { VideoSamples.PhoneWithoutVideo(), VideoSamples.Phone(port: 0), VideoSamples.Phone(formats: "100") })
        {
            var rig = CallRig.Outgoing(VideoSamples.Chrome());
            rig.Answered(answer);
            Assert.Equal(CallState.Connected, rig.State);
            Assert.Null(rig.Plan.Ims!.Video);
            Assert.Equal(MediaDirection.SendReceive, rig.Plan.Ims.Audio.Direction);
            Assert.Contains("media.video-refused", rig.Milestones);
            Assert.Single(rig.Sip);
        }
    }

    [Fact]
    public void A_browser_without_video_gets_none_by_an_UPDATE_which_cannot_wait()
    {
        var rig = CallRig.Outgoing(VideoSamples.ChromeWithoutVideo());
        Assert.DoesNotContain("m=video", Assert.IsType<SendInvite>(rig.Sip.Single()).Offer);
        rig.Answered(VideoSamples.PhoneWithoutVideo());
        rig.Reinvited(VideoSamples.Phone(version: 2));
        Assert.Contains("m=video 0 RTP/AVP 114 115\r\n", Assert.IsType<AcceptReinvite>(rig.Sip[^1]).Sdp);
        Assert.Null(rig.Plan.Ims!.Video);
    }

    [Fact]
    public void A_node_without_video_refuses_it_on_both_sides()
    {
        var rig = CallRig.Outgoing(VideoSamples.Chrome(), CallRig.Options with { VideoKilobits = 0 });
        Assert.Contains("m=video 0 ", rig.Call.Description.AnswerSdp);
        Assert.DoesNotContain("m=video", Assert.IsType<SendInvite>(rig.Sip.Single()).Offer);
    }

    [Fact]
    public void An_incoming_call_offers_the_browser_what_the_network_has_and_answers_with_what_it_took()
    {
        var rig = CallRig.Incoming(VideoSamples.Phone(formats: "115 114 99"), out _);
        Assert.Contains("m=video 20001 UDP/TLS/RTP/SAVPF 96 97 98\r\n", rig.Call.Description.OfferSdp);
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, answer: VideoSamples.Chrome(setup: "active", formats: "108")));
        Assert.Contains("m=video 21002 RTP/AVP 115\r\n", Assert.IsType<SendAnswer>(rig.Sip.Single()).Sdp);
        Assert.Equal(115, rig.Plan.Ims!.Video!.Stream.Send.PayloadType);
        Assert.Equal(108, rig.Plan.WebRtc!.Video!.Send.PayloadType);
    }

    [Fact]
    public void An_incoming_video_call_is_taken_without_video()
    {
        var rig = CallRig.Incoming(VideoSamples.Phone(), out _);
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, answer: VideoSamples.Chrome(setup: "active", port: 0)));
        Assert.Contains("m=video 0 RTP/AVP 114 115\r\n", Assert.IsType<SendAnswer>(rig.Sip.Single()).Sdp);

        // The line stays in every description of ours that follows.
        rig.Put(CallState.Hold);
        Assert.Contains("m=video 0 RTP/AVP 114 115\r\n", Assert.IsType<SendReinvite>(rig.Sip[^1]).Offer);
    }

    [Fact]
    public void The_network_removes_and_adds_video_without_the_browsers_help()
    {
        var rig = CallRig.Outgoing(VideoSamples.Chrome());
        rig.Answered(VideoSamples.Phone(formats: "114"));
        var browsers = rig.Call.Description.AnswerSdp;

        rig.Reinvited(VideoSamples.Phone(version: 2, port: 0));
        Assert.Contains("m=video 0 RTP/AVP 114 115\r\n", Assert.IsType<AcceptReinvite>(rig.Sip[^1]).Sdp);
        Assert.Null(rig.Plan.Ims!.Video);

        rig.Reinvited(VideoSamples.Phone(version: 3));
        Assert.Contains("m=video 21002 RTP/AVP 114\r\n", Assert.IsType<AcceptReinvite>(rig.Sip[^1]).Sdp);
        Assert.Equal(MediaDirection.SendReceive, rig.Plan.Ims!.Video!.Stream.Direction);
        Assert.Equal(["media.video", "media.video-ended", "media.video"], rig.Milestones.Where(m => m.StartsWith("media.video", StringComparison.Ordinal)));
        Assert.Equal(browsers, rig.Call.Description.AnswerSdp);
        Assert.DoesNotContain(rig.Sip, action => action is SendReinvite);
    }

    [Fact]
    public void The_browser_adds_mutes_and_removes_video_by_offers_of_its_own()
    {
        var rig = CallRig.Outgoing(VideoSamples.ChromeWithoutVideo());
        rig.Answered(VideoSamples.PhoneWithoutVideo());
        rig.Call.AddVideoPorts(CallSdp.VideoPorts);

        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, offer: VideoSamples.Chrome()));
        Assert.Contains("m=video 20001 UDP/TLS/RTP/SAVPF 102\r\n", rig.Call.Description.AnswerSdp);
        var offer = Assert.IsType<SendReinvite>(rig.Sip[^1]).Offer;
        Assert.Contains("m=video 21002 RTP/AVP 98 99\r\n", offer);
        Assert.Equal(CallFault.IncompatibleState, rig.Put(CallState.Hold)!.Fault);
        rig.ReinviteAnswered(VideoSamples.Phone(formats: "114"));
        Assert.NotNull(rig.Plan.Ims!.Video);

        rig.Put(CallState.Connected, offer: VideoSamples.Chrome("recvonly"));
        Assert.Contains("a=recvonly", Assert.IsType<SendReinvite>(rig.Sip[^1]).Offer);
        rig.ReinviteAnswered(VideoSamples.Phone("sendonly", formats: "114"));
        Assert.Equal(MediaDirection.ReceiveOnly, rig.Plan.Ims!.Video!.Stream.Direction);

        rig.Put(CallState.Connected, offer: VideoSamples.Chrome(port: 0));
        Assert.Contains("m=video 0 RTP/AVP", Assert.IsType<SendReinvite>(rig.Sip[^1]).Offer);
        rig.ReinviteAnswered(VideoSamples.Phone(port: 0));
        Assert.Null(rig.Plan.Ims!.Video);
        var sent = rig.Sip.Count;
        rig.Put(CallState.Connected, offer: VideoSamples.Chrome(port: 0));
        Assert.Equal(sent, rig.Sip.Count);
    }

    [Fact]
    public void Video_that_the_network_rejects_leaves_the_call_as_it_was()
    {
        var rig = CallRig.Outgoing(VideoSamples.ChromeWithoutVideo());
        rig.Answered(VideoSamples.PhoneWithoutVideo());
        rig.Call.AddVideoPorts(CallSdp.VideoPorts);
        rig.Put(CallState.Connected, offer: VideoSamples.Chrome());
        rig.ReinviteRejected(488, "Not Acceptable Here");
        Assert.Contains("media.video-refused", rig.Milestones);
        Assert.Null(rig.Plan.Ims!.Video);
        Assert.Equal(CallState.Connected, rig.State);

        rig.Put(CallState.Hold);
        rig.ReinviteAnswered(VideoSamples.Phone("recvonly", formats: "114"));
        Assert.Equal([CallCommandResult.Done], rig.Completed);
    }

    [Fact]
    public void A_hold_is_one_of_both_and_a_resume_brings_both_back()
    {
        var rig = CallRig.Outgoing(VideoSamples.Chrome());
        rig.Answered(VideoSamples.Phone(formats: "114"));
        rig.Put(CallState.Hold);
        Assert.Equal(2, Assert.IsType<SendReinvite>(rig.Sip[^1]).Offer.Split("a=sendonly").Length - 1);
        Assert.Equal(MediaDirection.Inactive, rig.Plan.WebRtc!.Video!.Direction);
        rig.ReinviteAnswered(VideoSamples.Phone("recvonly", formats: "114"));
        Assert.Equal(MediaDirection.Inactive, rig.Plan.Ims!.Video!.Stream.Direction);

        rig.Put(CallState.Resume);
        rig.ReinviteAnswered(VideoSamples.Phone(formats: "114"));
        Assert.Equal((MediaDirection.SendReceive, MediaDirection.SendReceive), (rig.Plan.WebRtc!.Video!.Direction, rig.Plan.Ims!.Video!.Stream.Direction));
    }

    [Fact]
    public void A_far_side_that_holds_both_is_told_as_one_hold()
    {
        var rig = CallRig.Outgoing(VideoSamples.Chrome());
        rig.Answered(VideoSamples.Phone(formats: "114"));
        rig.Reinvited(VideoSamples.Phone("sendonly", formats: "114", version: 2).Replace("a=sendrecv", "a=sendonly", StringComparison.Ordinal));
        Assert.Equal(CallState.Hold, rig.State);
        Assert.Equal(MediaDirection.ReceiveOnly, rig.Plan.Ims!.Video!.Stream.Direction);
    }

    [Fact]
    public void A_call_that_moves_keeps_its_video()
    {
        var rig = CallRig.Outgoing(VideoSamples.Chrome());
        rig.Answered(VideoSamples.Phone(formats: "114"));
        var moved = rig.Restored();
        Assert.Equal(rig.Plan.Ims!.Video!.Stream, moved.Plan.Ims!.Video!.Stream);
        moved.Reinvited(VideoSamples.Phone(version: 2, port: 0));
        Assert.Null(moved.Plan.Ims!.Video);
    }

    [Fact]
    public void What_a_precondition_refused_early_is_offered_once_the_browser_has_answered()
    {
        var rig = CallRig.IncomingReliably(VideoSamples.Phone().Replace(
            "a=sendrecv\r\nm=video",
            "a=curr:qos local none\r\na=curr:qos remote none\r\na=des:qos mandatory local sendrecv\r\na=des:qos mandatory remote sendrecv\r\na=sendrecv\r\nm=video",
            StringComparison.Ordinal));
        Assert.Contains("m=video 0 ", Assert.IsType<SendProgress>(rig.Sip.Single()).Sdp);
        rig.Reinvited(VideoSamples.Phone(version: 2).Replace(
            "a=sendrecv\r\nm=video", "a=curr:qos local sendrecv\r\na=curr:qos remote none\r\na=des:qos mandatory local sendrecv\r\na=sendrecv\r\nm=video", StringComparison.Ordinal));
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, answer: VideoSamples.Chrome(setup: "active", formats: "106")));
        Assert.Contains("m=video 21002 RTP/AVP 114\r\n", Assert.IsType<SendReinvite>(rig.Sip[^1]).Offer);
        rig.ReinviteAnswered(VideoSamples.Phone(formats: "114"));
        Assert.NotNull(rig.Plan.Ims!.Video);
    }
}

using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sdp;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp;

namespace Byon.Tests.MediaNode.Core.Tests.Calls;

/// <summary>The far side adds video to a call whose browser has none.</summary>
public sealed class VideoRequestTests
{
    private static readonly string Seen = VideoSamples.Chrome("recvonly", setup: "active", formats: "106");

    [Fact]
    public void The_device_is_asked_by_an_offer_and_the_network_waits_for_what_it_says()
    {
        var rig = Asked();
        var told = rig.Events[^1];
        Assert.Equal((CallState.Connected, true, "The other side wants to show video."), (told.State, told.WithSdp, told.Reason));
        Assert.Null(told.Call.AnswerSdp);
        var offer = told.Call.OfferSdp!;
        Assert.Contains("a=group:BUNDLE 0 1\r\n", offer);
        Assert.Contains("a=setup:actpass", offer);
        Assert.True(offer.IndexOf("m=audio 20001", StringComparison.Ordinal) < offer.IndexOf("m=video 20001 UDP/TLS/RTP/SAVPF 96 97\r\n", StringComparison.Ordinal));
        Assert.Equal(CallState.Connected, rig.State);

        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, answer: VideoSamples.Chrome(setup: "active", formats: "106")));
        Assert.Contains("m=video 21002 RTP/AVP 114\r\n", Assert.IsType<AcceptReinvite>(rig.Sip[^1]).Sdp);
        Assert.Equal((96, 106), (rig.Plan.WebRtc!.Video!.Receive.PayloadType, rig.Plan.WebRtc.Video.Send.PayloadType));
        Assert.Equal((MediaDirection.SendReceive, MediaDirection.SendReceive), (rig.Plan.WebRtc.Video.Direction, rig.Plan.Ims!.Video!.Stream.Direction));
        Assert.Equal(MediaDirection.SendReceive, rig.Plan.Ims.Audio.Direction);
        Assert.Null(rig.Call.NextTimeout);
        Assert.DoesNotContain(rig.Sip, action => action is SendReinvite);
    }

    [Fact]
    public void A_device_may_see_without_being_seen()
    {
        var rig = Asked();
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.InProgress, answer: Seen));
        Assert.Contains("a=recvonly", Assert.IsType<AcceptReinvite>(rig.Sip[^1]).Sdp);
        Assert.Equal(MediaDirection.ReceiveOnly, rig.Plan.Ims!.Video!.Stream.Direction);
        Assert.Equal(CallState.Connected, rig.State);
    }

    [Fact]
    public void A_called_device_is_asked_too()
    {
        var rig = CallRig.Incoming(VideoSamples.PhoneWithoutVideo(), out _);
        rig.Call.AddVideoPorts(CallSdp.VideoPorts);
        rig.Put(CallState.Connected, answer: VideoSamples.ChromeWithoutVideo(setup: "active"));
        rig.Acknowledged();
        rig.Reinvited(VideoSamples.Phone(version: 2), mayWait: true);
        Assert.Contains("m=video 20001", rig.Events[^1].Call.OfferSdp);
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, answer: Seen));
        Assert.NotNull(rig.Plan.Ims!.Video);
    }

    [Theory]
    [InlineData(0, "sendrecv")]
    [InlineData(9, "inactive")]
    public void A_device_that_declines_keeps_its_call_and_is_asked_again_another_time(int port, string direction)
    {
        var rig = Asked();
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, answer: VideoSamples.Chrome(direction, setup: "active", formats: "106", port: port)));
        Assert.Contains("m=video 0 RTP/AVP 114 115\r\n", Assert.IsType<AcceptReinvite>(rig.Sip[^1]).Sdp);
        Assert.Null(rig.Plan.Ims!.Video);
        Assert.Equal(MediaDirection.SendReceive, rig.Plan.Ims.Audio.Direction);
        Assert.Contains("video.declined", rig.Milestones);

        rig.Reinvited(VideoSamples.Phone(version: 3), mayWait: true);
        var again = rig.Call.Description.OfferSdp!;
        Assert.Equal(2, again.Split("m=video").Length);
        // A refused line comes back as another one; one that stood still stays the one it was.
        Assert.Contains(port == 0 ? "a=mid:2\r\n" : "a=mid:1\r\n", again);
        Assert.Contains(port == 0 ? "SAVPF 96 97\r\n" : "SAVPF 106 96\r\n", again);
    }

    [Fact]
    public void Who_does_not_answer_loses_nothing()
    {
        var rig = Asked();
        var asked = rig.Call.Description;
        rig.Advance(CallRig.Options.VideoRequestTime);
        Assert.Contains("m=video 0 RTP/AVP 114 115\r\n", Assert.IsType<AcceptReinvite>(rig.Sip[^1]).Sdp);
        Assert.Equal("The other side's video was not taken up in time.", rig.Events[^1].Reason);
        Assert.Equal(VideoSamples.ChromeWithoutVideo(), rig.Call.Description.OfferSdp);
        Assert.NotNull(rig.Call.Description.AnswerSdp);
        Assert.Null(rig.Call.NextTimeout);

        Assert.Equal(CallFault.IncompatibleState, rig.Put(CallState.Connected, answer: Seen)!.Fault);
        Assert.Equal(CallFault.IncompatibleState, rig.Put(CallState.InProgress, answer: Seen)!.Fault);
        rig.Reinvited(VideoSamples.Phone(version: 3), mayWait: true);
        Assert.NotEqual(asked.OfferSdp, rig.Call.Description.OfferSdp);
    }

    [Fact]
    public void The_network_may_change_its_mind()
    {
        var rig = Asked();
        var sent = rig.Sip.Count;
        rig.Sent(new SessionReinviteWithdrawn(new SipSessionId(1)));
        Assert.Equal("The other side does not want to show video any more.", rig.Events[^1].Reason);
        Assert.Equal(VideoSamples.ChromeWithoutVideo(), rig.Call.Description.OfferSdp);
        Assert.Equal(sent, rig.Sip.Count);
        Assert.Equal(CallFault.IncompatibleState, rig.Put(CallState.Connected, answer: Seen)!.Fault);

        // One that was not waited for is no news.
        var events = rig.Events.Count;
        rig.Sent(new SessionReinviteWithdrawn(new SipSessionId(1)));
        Assert.Equal(events, rig.Events.Count);
    }

    [Fact]
    public void An_offer_of_the_browser_that_crosses_ours_answers_the_network()
    {
        var rig = Asked();
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, offer: VideoSamples.Chrome()));
        Assert.Contains("m=video 21002 RTP/AVP 114\r\n", Assert.IsType<AcceptReinvite>(rig.Sip[^1]).Sdp);
        Assert.NotNull(rig.Plan.Ims!.Video);
        Assert.Equal(VideoSamples.Chrome(), rig.Call.Description.OfferSdp);

        rig = Asked();
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, offer: VideoSamples.ChromeWithoutVideo()));
        Assert.Contains("m=video 0 ", Assert.IsType<AcceptReinvite>(rig.Sip[^1]).Sdp);
        Assert.Null(rig.Plan.Ims!.Video);
        Assert.DoesNotContain(rig.Sip, action => action is SendReinvite);
    }

    [Fact]
    public void A_hold_answers_the_network_first()
    {
        var rig = Asked();
        Assert.Null(rig.Put(CallState.Hold));
        Assert.Contains("m=video 0 ", Assert.IsType<AcceptReinvite>(rig.Sip[^2]).Sdp);
        Assert.Contains("a=sendonly", Assert.IsType<SendReinvite>(rig.Sip[^1]).Offer);
        rig.ReinviteAnswered(VideoSamples.Phone("recvonly", port: 0).Replace("a=sendrecv", "a=recvonly", StringComparison.Ordinal));
        Assert.Equal([CallCommandResult.Done], rig.Completed);

        rig.Reinvited(VideoSamples.Phone(version: 3), mayWait: true);
        Assert.Contains("m=video 0 ", Assert.IsType<AcceptReinvite>(rig.Sip[^1]).Sdp);
    }

    [Fact]
    public void An_answer_that_cannot_be_used_may_be_given_again()
    {
        var rig = Asked();
        Assert.Equal(CallFault.UnacceptableSdp, rig.Put(CallState.Connected, answer: "v=0")!.Fault);
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, answer: Seen));
        Assert.NotNull(rig.Plan.Ims!.Video);
    }

    [Fact]
    public void A_call_that_ends_or_is_passed_on_meanwhile_forgets_the_question()
    {
        var rig = Asked();
        rig.End();
        Assert.IsType<EndSession>(rig.Sip[^1]);
        Assert.Equal(VideoSamples.ChromeWithoutVideo(), rig.Call.Description.OfferSdp);
        rig.Advance(TimeSpan.FromMinutes(2));
        Assert.DoesNotContain(rig.Sip, action => action is AcceptReinvite);

        rig = Asked();
        Assert.True(rig.Call.TryTakeOver(CallRig.Other, VideoSamples.Phone()));
        rig.Drained();
        Assert.Null(rig.Call.NextTimeout);
        Assert.Equal(VideoSamples.ChromeWithoutVideo(), rig.Call.Description.OfferSdp);
    }

    [Fact]
    public void A_call_that_moves_meanwhile_is_as_it_was_before()
    {
        var rig = Asked();
        var moved = rig.Restored();
        Assert.Equal(VideoSamples.ChromeWithoutVideo(), moved.Call.Description.OfferSdp);
        moved.Reinvited(VideoSamples.Phone(version: 2), mayWait: true);
        Assert.Equal(CallCommandResult.Done, moved.Put(CallState.Connected, answer: Seen));
        Assert.NotNull(moved.Plan.Ims!.Video);
    }

    [Fact]
    public void Nobody_is_asked_for_what_cannot_be()
    {
        var unbundled = Regular(VideoSamples.ChromeWithoutVideo().Replace("a=group:BUNDLE 0 1\r\n", "", StringComparison.Ordinal));
        unbundled.Reinvited(VideoSamples.Phone(version: 2), mayWait: true);
        MustBeRefusedAtOnce(unbundled);

        var still = Regular(VideoSamples.ChromeWithoutVideo());
        still.Reinvited(VideoSamples.Phone("inactive", version: 2), mayWait: true);
        MustBeRefusedAtOnce(still);

        var strange = Regular(VideoSamples.ChromeWithoutVideo());
        strange.Reinvited(VideoSamples.Phone(formats: "100", version: 2), mayWait: true);
        MustBeRefusedAtOnce(strange);

        var withoutPorts = Regular(VideoSamples.ChromeWithoutVideo(), ports: false);
        withoutPorts.Reinvited(VideoSamples.Phone(version: 2), mayWait: true);
        MustBeRefusedAtOnce(withoutPorts);

        var unusable = Regular(VideoSamples.ChromeWithoutVideo());
        unusable.Reinvited(VideoSamples.Phone(version: 2).Replace("RTP/AVP 8\r\n", "RTP/AVP 77\r\n", StringComparison.Ordinal), mayWait: true);
        Assert.Equal(488, Assert.IsType<RejectReinvite>(unusable.Sip[^1]).Status);
    }

    private static CallRig Asked()
    {
        var rig = Regular(VideoSamples.ChromeWithoutVideo());
        rig.Reinvited(VideoSamples.Phone(version: 2), mayWait: true);
        Assert.DoesNotContain(rig.Sip, action => action is AcceptReinvite);
        return rig;
    }

    private static CallRig Regular(string offer, bool ports = true)
    {
        Assert.False(WebRtcOfferAnswer.OffersVideo(offer));
        var rig = CallRig.Outgoing(offer);
        rig.Answered(VideoSamples.PhoneWithoutVideo());
        if (ports) rig.Call.AddVideoPorts(CallSdp.VideoPorts);
        return rig;
    }

    private static void MustBeRefusedAtOnce(CallRig rig)
    {
        Assert.Contains("m=video 0 ", Assert.IsType<AcceptReinvite>(rig.Sip[^1]).Sdp);
        Assert.Null(rig.Plan.Ims!.Video);
        Assert.Null(rig.Call.NextTimeout);
    }
}

using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sdp;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.Tests.MediaNode.Core.Tests.Calls;

public class IncomingCallTests
{
    [Fact]
    public void The_invitation_is_the_first_event_and_carries_our_offer()
    {
        var rig = CallRig.Incoming();
        var told = Assert.Single(rig.Events);
        Assert.True(told.Invitation);
        Assert.True(told.WithSdp);
        Assert.Equal((1, CallState.Initial), (told.Call.SequenceNumber, told.State));
        Assert.Contains("a=setup:actpass", told.Call.OfferSdp, StringComparison.Ordinal);
        Assert.Contains("UDP/TLS/RTP/SAVPF", told.Call.OfferSdp, StringComparison.Ordinal);
        Assert.Empty(rig.Sip);
        Assert.Null(rig.Plan.WebRtc);
    }

    [Fact]
    public void An_offer_from_the_network_that_cannot_be_used_invites_nobody()
    {
        Assert.Null(CallRig.Incoming(CallSdp.Phone(formats: "9"), out var why));
        Assert.Equal(SdpFault.NoCommonCodec, why!.Fault);
    }

    [Fact]
    public void An_early_answer_opens_the_browsers_leg_only()
    {
        var rig = CallRig.Incoming();
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.InProgress, answer: CallSdp.BrowserAnswer()));
        Assert.Equal(CallState.InProgress, rig.State);
        Assert.NotNull(rig.Plan.WebRtc);
        Assert.Null(rig.Plan.Ims);
        Assert.Empty(rig.Sip);
    }

    [Fact]
    public void Ringing_sends_180_once()
    {
        var rig = CallRig.Incoming();
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Ringing));
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Ringing));
        Assert.Equal(180, Assert.IsType<SendProgress>(Assert.Single(rig.Sip)).Status);
        Assert.Equal(CallState.Ringing, rig.State);
        Assert.Single(rig.Events);
    }

    [Fact]
    public void A_late_answer_while_ringing_is_no_step_back()
    {
        var rig = CallRig.Incoming();
        rig.Put(CallState.Ringing, answer: CallSdp.BrowserAnswer());
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.InProgress, answer: CallSdp.BrowserAnswer(ufrag: "another1")));
        Assert.Equal(CallState.Ringing, rig.State);
        Assert.Equal("another1", rig.Plan.WebRtc!.PeerIce.UsernameFragment);
    }

    [Fact]
    public void Connected_answers_the_network_and_tells_the_devices()
    {
        var rig = CallRig.Incoming();
        rig.Put(CallState.Ringing);
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, answer: CallSdp.BrowserAnswer()));
        var answer = Assert.IsType<SendAnswer>(rig.Sip[^1]);
        Assert.Contains("m=audio 21000 RTP/AVP 8", answer.Sdp, StringComparison.Ordinal);
        Assert.NotNull(rig.Plan.Ims);
        Assert.Equal((2, CallState.Connected), (rig.Events[^1].Call.SequenceNumber, rig.Events[^1].State));
    }

    [Fact]
    public void The_answer_may_come_before_the_pick_up()
    {
        var rig = CallRig.Incoming();
        rig.Put(CallState.InProgress, answer: CallSdp.BrowserAnswer());
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected));
        Assert.Equal(CallState.Connected, rig.State);
    }

    [Fact]
    public void A_pick_up_without_any_answer_is_refused_and_can_be_repeated()
    {
        var rig = CallRig.Incoming();
        var refused = rig.Put(CallState.Connected)!;
        Assert.Equal(CallFault.UnacceptableSdp, refused.Fault);
        Assert.Contains("answer.sdp", refused.Detail, StringComparison.Ordinal);
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, answer: CallSdp.BrowserAnswer()));
    }

    [Fact]
    public void An_answer_that_cannot_be_used_leaves_the_call_ringing()
    {
        var rig = CallRig.Incoming();
        rig.Put(CallState.Ringing);
        Assert.Equal(CallFault.UnacceptableSdp, rig.Put(CallState.Connected, answer: "nonsense")!.Fault);
        Assert.Equal(CallState.Ringing, rig.State);
    }

    [Fact]
    public void Opus_is_preferred_where_both_sides_speak_it()
    {
        var rig = CallRig.Incoming("8 96");
        rig.Put(CallState.Connected, answer: CallSdp.BrowserAnswer());
        Assert.Equal(AudioCodec.Opus, rig.Plan.Ims!.Audio.Send.Codec);
    }

    [Theory]
    [InlineData("0 8", "SAVPF 8 111")]
    [InlineData("0", "SAVPF 0 111")]
    [InlineData("8 96", "SAVPF 111 8")]
    public void The_browser_is_offered_the_codec_of_the_network_first(string offered, string formats) =>
        Assert.Contains(formats, CallRig.Incoming(offered).Call.Description.OfferSdp, StringComparison.Ordinal);

    [Fact]
    public void Opus_is_not_chosen_for_a_browser_without_it()
    {
        var rig = CallRig.Incoming("96 8");
        rig.Put(CallState.Connected, answer: CallSdp.BrowserAnswer(opus: false));
        Assert.Equal(AudioCodec.Pcma, rig.Plan.Ims!.Audio.Send.Codec);
    }

    [Fact]
    public void A_repeated_pick_up_with_the_same_answer_changes_nothing_and_another_one_is_refused()
    {
        var rig = CallRig.ConnectedIncoming();
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, answer: CallSdp.BrowserAnswer()));
        Assert.Equal(CallFault.IncompatibleState, rig.Put(CallState.Connected, answer: CallSdp.BrowserAnswer(ufrag: "another1"))!.Fault);
        Assert.Single(rig.Sip.OfType<SendAnswer>());
    }

    [Fact]
    public void An_invite_without_offer_gets_ours_in_the_200_and_its_answer_in_the_ack()
    {
        var rig = CallRig.Incoming(null, out _);
        rig.Put(CallState.Connected, answer: CallSdp.BrowserAnswer());
        Assert.Contains("m=audio 21000 RTP/AVP", Assert.IsType<SendAnswer>(Assert.Single(rig.Sip)).Sdp, StringComparison.Ordinal);
        Assert.Null(rig.Plan.Ims);
        rig.Acknowledged(CallSdp.Phone(port: 4004));
        Assert.Equal(4004, rig.Plan.Ims!.PeerRtp.Port);
        Assert.Equal(CallState.Connected, rig.State);
    }

    [Fact]
    public void An_ack_without_the_missing_answer_ends_the_call()
    {
        var rig = CallRig.Incoming(null, out _);
        rig.Put(CallState.Connected, answer: CallSdp.BrowserAnswer());
        rig.Acknowledged();
        Assert.Equal((CallState.Failed, "media-not-acceptable"), (rig.State, rig.Call.Description.End!.Reason));
        Assert.Single(rig.Sip.OfType<EndSession>());
    }

    [Fact]
    public void The_callee_declines_with_603()
    {
        var rig = CallRig.Incoming();
        rig.Put(CallState.Ringing);
        rig.End();
        Assert.Equal((CallState.Declined, "declined"), (rig.State, rig.Call.Description.End!.Reason));
        Assert.Equal(603, Assert.Single(rig.Sip.OfType<EndSession>()).RejectStatus);
    }

    [Fact]
    public void A_device_that_never_answers_gives_the_call_back_with_480()
    {
        var rig = CallRig.Incoming();
        rig.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal((CallState.NoAnswer, "no-answer"), (rig.State, rig.Call.Description.End!.Reason));
        Assert.Equal(480, Assert.Single(rig.Sip.OfType<EndSession>()).RejectStatus);
    }

    [Theory]
    [InlineData(CallState.Hold)]
    [InlineData(CallState.Resume)]
    [InlineData(CallState.Busy)]
    public void Statuses_that_make_no_sense_before_the_pick_up_are_refused(CallState state) =>
        Assert.Equal(CallFault.IncompatibleState, CallRig.Incoming().Put(state)!.Fault);

    [Fact]
    public void An_offer_instead_of_the_answer_is_refused() =>
        Assert.Equal(CallFault.IncompatibleState, CallRig.Incoming().Put(CallState.Ringing, offer: CallSdp.BrowserOffer())!.Fault);

    [Fact]
    public void No_acknowledgement_for_our_200_ends_the_call()
    {
        var rig = CallRig.Incoming();
        rig.Put(CallState.Connected, answer: CallSdp.BrowserAnswer());
        rig.Ended(SipEndingKind.Timeout);
        Assert.Equal((CallState.Terminated, "network-silent"), (rig.State, rig.Call.Description.End!.Reason));
    }
}

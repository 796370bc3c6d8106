using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sdp;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.Tests.MediaNode.Core.Tests.Calls;

public class OutgoingCallTests
{
    [Fact]
    public void The_browser_is_answered_and_the_network_invited_at_once()
    {
        var rig = CallRig.Outgoing();
        var invite = Assert.IsType<SendInvite>(Assert.Single(rig.Sip));
        Assert.Contains("m=audio 21000 RTP/AVP 96 8 0", invite.Offer, StringComparison.Ordinal);
        Assert.Contains("a=setup:passive", rig.Call.Description.AnswerSdp, StringComparison.Ordinal);
        Assert.NotNull(rig.Plan.WebRtc);
        Assert.Null(rig.Plan.Ims);
        Assert.Equal(CallState.Initial, rig.State);
        Assert.Empty(rig.Events);
    }

    [Fact]
    public void Opus_is_offered_to_the_network_only_where_the_browser_speaks_it()
    {
        var invite = Assert.IsType<SendInvite>(Assert.Single(CallRig.Outgoing(browserHasOpus: false).Sip));
        Assert.DoesNotContain("opus", invite.Offer, StringComparison.OrdinalIgnoreCase);
        var withoutOpus = CallRig.Options with { Codecs = [AudioCodec.Pcmu] };
        invite = Assert.IsType<SendInvite>(Assert.Single(CallRig.Outgoing(options: withoutOpus).Sip));
        Assert.DoesNotContain("opus", invite.Offer, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("PCMA", invite.Offer, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_without_opus_answers_the_browser_without_it()
    {
        var rig = CallRig.Outgoing(options: CallRig.Options with { BrowserCodecs = [AudioCodec.Pcma], Codecs = [AudioCodec.Pcma] });
        Assert.DoesNotContain("opus", rig.Call.Description.AnswerSdp, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(AudioCodec.Pcma, rig.Plan.WebRtc!.Audio.Send.Codec);
    }

    [Fact]
    public void An_offer_without_fingerprint_starts_no_call()
    {
        var entropy = new Byon.MediaNode.Core.EntropySource(new byte[32]);
        var offer = string.Join('\n', CallSdp.BrowserOffer().Split('\n').Where(line => !line.StartsWith("a=fingerprint", StringComparison.Ordinal)));
        var call = Call.TryStart(
            new(0), "call", CallRig.Subscriber, CallRig.Other, offer, CallSdp.Allocation(entropy), CallRig.Options, entropy, out var why);
        Assert.Null(call);
        Assert.Equal(SdpFault.NoFingerprint, why!.Fault);
    }

    [Fact]
    public void Provisional_responses_become_events_numbered_from_one()
    {
        var rig = CallRig.Outgoing();
        rig.Provisional(181);
        rig.Provisional(183, CallSdp.Phone());
        rig.Provisional(180);
        rig.Provisional(180);
        rig.Answered(CallSdp.Phone());
        Assert.Equal(
            [(1, CallState.Proceeding), (2, CallState.InProgress), (3, CallState.Ringing), (4, CallState.Connected)],
            rig.Events.Select(told => (told.Call.SequenceNumber, told.State)));
        Assert.Equal(4, rig.Call.Description.SequenceNumber);
    }

    [Fact]
    public void The_first_status_event_and_the_connected_one_carry_the_descriptions()
    {
        var rig = CallRig.Outgoing();
        rig.Provisional(183);
        rig.Provisional(180);
        rig.Answered(CallSdp.Phone());
        Assert.Equal([true, false, true], rig.Events.Select(told => told.WithSdp));
    }

    [Fact]
    public void A_183_after_ringing_is_no_step_back()
    {
        var rig = CallRig.Outgoing();
        rig.Provisional(180);
        rig.Provisional(183, CallSdp.Phone());
        Assert.Equal(CallState.Ringing, rig.State);
        Assert.NotNull(rig.Plan.Ims);
    }

    [Fact]
    public void A_queued_call_waits_and_may_ring_later()
    {
        var rig = CallRig.Outgoing();
        rig.Provisional(182);
        rig.Provisional(180);
        Assert.Equal([CallState.Waiting, CallState.Ringing], rig.Events.Select(told => told.State));
    }

    [Theory]
    [InlineData(180)]
    [InlineData(183)]
    public void Early_media_flows_before_the_answer(int status)
    {
        var rig = CallRig.Outgoing();
        rig.Provisional(status, CallSdp.Phone(port: 4002));
        Assert.Equal(4002, rig.Plan.Ims!.PeerRtp.Port);
        Assert.Equal(AudioCodec.Pcma, rig.Plan.Ims.Audio.Send.Codec);
    }

    [Fact]
    public void A_browser_that_speaks_the_networks_codec_is_sent_it_untouched()
    {
        var rig = CallRig.Outgoing();
        Assert.Equal(AudioCodec.Opus, rig.Plan.WebRtc!.Audio.Send.Codec);
        rig.Provisional(183, CallSdp.Phone());
        Assert.Equal(AudioCodec.Pcma, rig.Plan.WebRtc.Audio.Send.Codec);
        Assert.Equal(new TelephoneEventFormat(126, 8_000), rig.Plan.WebRtc.Audio.TelephoneEvent);
        rig.Answered(CallSdp.Phone(formats: "96"));
        Assert.Equal(AudioCodec.Opus, rig.Plan.WebRtc.Audio.Send.Codec);
    }

    [Fact]
    public void Early_media_that_cannot_be_used_does_not_end_the_call()
    {
        var rig = CallRig.Outgoing();
        rig.Provisional(183, "nonsense");
        rig.Answered(CallSdp.Phone());
        Assert.Equal(CallState.Connected, rig.State);
    }

    [Fact]
    public void The_answer_may_move_media_elsewhere_and_change_the_codec()
    {
        var rig = CallRig.Outgoing();
        rig.Provisional(183, CallSdp.Phone(port: 4002));
        rig.Answered(CallSdp.Phone(formats: "0", port: 4010));
        Assert.Equal(4010, rig.Plan.Ims!.PeerRtp.Port);
        Assert.Equal(AudioCodec.Pcmu, rig.Plan.Ims.Audio.Send.Codec);
    }

    [Fact]
    public void A_200_without_description_keeps_the_early_answer()
    {
        var rig = CallRig.Outgoing();
        rig.Provisional(183, CallSdp.Phone(port: 4002));
        rig.Answered(null);
        Assert.Equal(CallState.Connected, rig.State);
        Assert.Equal(4002, rig.Plan.Ims!.PeerRtp.Port);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("nonsense")]
    [InlineData("v=0\r\no=a 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 0 RTP/AVP 8\r\n")]
    public void An_answer_that_cannot_be_used_fails_the_call_and_hangs_up(string? answer)
    {
        var rig = CallRig.Outgoing();
        rig.Answered(answer);
        Assert.Equal((CallState.Failed, "media-not-acceptable"), (rig.State, rig.Call.Description.End!.Reason));
        Assert.Single(rig.Sip.OfType<EndSession>());
        Assert.Contains("sip.bye-sent", rig.Milestones);
    }

    [Fact]
    public void Nobody_answers_within_the_ring_time()
    {
        var rig = CallRig.Outgoing();
        rig.Provisional(180);
        rig.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(CallState.Ringing, rig.State);
        rig.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((CallState.NoAnswer, "no-answer"), (rig.State, rig.Call.Description.End!.Reason));
        Assert.Single(rig.Sip.OfType<EndSession>());
    }

    [Fact]
    public void The_ring_time_means_nothing_once_connected()
    {
        var rig = CallRig.ConnectedOutgoing();
        rig.Advance(TimeSpan.FromHours(3));
        Assert.Equal(CallState.Connected, rig.State);
    }

    [Fact]
    public void The_caller_cancels_before_the_answer()
    {
        var rig = CallRig.Outgoing();
        rig.Provisional(180);
        rig.End();
        Assert.Equal((CallState.SessionCancelled, "cancelled"), (rig.State, rig.Call.Description.End!.Reason));
        Assert.Single(rig.Sip.OfType<EndSession>());
        Assert.False(rig.Call.IsOver);
        rig.Ended(SipEndingKind.Local, 487, "Request Terminated");
        Assert.True(rig.Call.IsOver);
        Assert.Equal([1, 2], rig.Events.Select(told => told.Call.SequenceNumber));
    }

    [Fact]
    public void A_new_offer_before_the_answer_is_answered_under_a_new_version()
    {
        var rig = CallRig.Outgoing();
        var before = rig.Call.Description.AnswerSdp;
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.InProgress, offer: CallSdp.BrowserOffer(opus: false)));
        Assert.NotEqual(before, rig.Call.Description.AnswerSdp);
        Assert.Equal(AudioCodec.Pcma, rig.Plan.WebRtc!.Audio.Send.Codec);
        Assert.Empty(rig.Events);
    }

    [Theory]
    [InlineData(CallState.Ringing)]
    [InlineData(CallState.Connected)]
    [InlineData(CallState.Hold)]
    [InlineData(CallState.Resume)]
    [InlineData(CallState.InProgress)]
    [InlineData(CallState.Terminated)]
    public void Statuses_that_make_no_sense_before_the_answer_are_refused(CallState state)
    {
        var rig = CallRig.Outgoing();
        Assert.Equal(CallFault.IncompatibleState, rig.Put(state)!.Fault);
        Assert.Equal(CallState.Initial, rig.State);
    }

    [Fact]
    public void Both_legs_pass_opus_through_when_the_network_takes_it()
    {
        var rig = CallRig.Outgoing();
        rig.Answered(CallSdp.Phone(formats: "96"));
        Assert.Equal(AudioCodec.Opus, rig.Plan.Ims!.Audio.Send.Codec);
        Assert.Equal(AudioCodec.Opus, rig.Plan.WebRtc!.Audio.Send.Codec);
    }
}

using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Media;

namespace Byon.Tests.MediaNode.Core.Tests.Calls;

public class HoldTests
{
    [Fact]
    public void Hold_offers_sendonly_and_is_done_when_the_network_agrees()
    {
        var rig = CallRig.ConnectedOutgoing();
        Assert.Null(rig.Put(CallState.Hold));
        Assert.Contains("a=sendonly", Reinvite(rig), StringComparison.Ordinal);
        Assert.Empty(rig.Completed);
        Assert.Equal(CallState.Connected, rig.State);

        rig.ReinviteAnswered(CallSdp.Phone("recvonly"));

        Assert.Equal([CallCommandResult.Done], rig.Completed);
        Assert.Equal(CallState.Hold, rig.State);
        AssertSilent(rig);
        Assert.Single(rig.Events);
    }

    [Fact]
    public void The_microphone_is_silent_from_the_moment_of_the_hold()
    {
        var rig = CallRig.ConnectedOutgoing();
        rig.Put(CallState.Hold);
        AssertSilent(rig);
    }

    [Fact]
    public void Resume_offers_sendrecv_and_brings_media_back_when_the_network_agrees()
    {
        var rig = Held();
        Assert.Null(rig.Put(CallState.Resume));
        Assert.Contains("a=sendrecv", Reinvite(rig), StringComparison.Ordinal);
        AssertSilent(rig);
        rig.ReinviteAnswered(CallSdp.Phone());
        Assert.Equal(CallState.Resume, rig.State);
        AssertTalking(rig);
    }

    [Fact]
    public void A_repeated_hold_or_resume_is_already_done()
    {
        var rig = Held();
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Hold));
        rig.Put(CallState.Resume);
        rig.ReinviteAnswered(CallSdp.Phone());
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Resume));
        Assert.Equal(2, rig.Sip.OfType<SendReinvite>().Count());
    }

    [Fact]
    public void Resume_of_a_call_that_was_never_held_is_refused() =>
        Assert.Equal(CallFault.IncompatibleState, CallRig.ConnectedOutgoing().Put(CallState.Resume)!.Fault);

    [Fact]
    public void A_second_change_while_one_is_under_way_is_refused()
    {
        var rig = CallRig.ConnectedOutgoing();
        rig.Put(CallState.Hold);
        Assert.Equal(CallFault.IncompatibleState, rig.Put(CallState.Resume)!.Fault);
    }

    [Fact]
    public void A_hold_that_the_network_refuses_fails_and_media_goes_on()
    {
        var rig = CallRig.ConnectedOutgoing();
        rig.Put(CallState.Hold);
        rig.ReinviteRejected(488, "Not Acceptable Here");
        var result = Assert.Single(rig.Completed);
        Assert.Equal(CallFault.RefusedByNetwork, result.Fault);
        Assert.Contains("SIP 488 Not Acceptable Here", result.Detail, StringComparison.Ordinal);
        Assert.Equal(CallState.Connected, rig.State);
        AssertTalking(rig);
        Assert.Null(rig.Put(CallState.Hold));
    }

    [Fact]
    public void A_resume_that_the_network_refuses_stays_on_hold()
    {
        var rig = Held();
        rig.Put(CallState.Resume);
        rig.ReinviteRejected(500, "Server Error");
        Assert.Equal(CallState.Hold, rig.State);
        AssertSilent(rig);
    }

    [Fact]
    public void A_hold_that_the_network_never_answers_fails_and_a_late_answer_is_told_as_an_event()
    {
        var rig = CallRig.ConnectedOutgoing();
        rig.Put(CallState.Hold);
        rig.Advance(TimeSpan.FromSeconds(8));
        Assert.Equal(CallFault.NetworkSilent, Assert.Single(rig.Completed).Fault);
        rig.ReinviteAnswered(CallSdp.Phone("recvonly"));
        Assert.Equal(CallState.Hold, rig.State);
        Assert.Equal((2, CallState.Hold), (rig.Events[^1].Call.SequenceNumber, rig.Events[^1].State));
        Assert.Single(rig.Completed);
    }

    [Fact]
    public void A_call_that_ends_during_a_hold_decides_the_command()
    {
        var rig = CallRig.ConnectedOutgoing();
        rig.Put(CallState.Hold);
        rig.Ended(Byon.MediaNode.Core.Protocol.Sip.SipEndingKind.RemoteBye);
        Assert.Equal(CallFault.IncompatibleState, Assert.Single(rig.Completed).Fault);
    }

    [Theory]
    [InlineData("sendonly", "recvonly", MediaDirection.ReceiveOnly)]
    [InlineData("inactive", "inactive", MediaDirection.Inactive)]
    public void The_far_side_holds_and_the_device_is_told(string offered, string answered, MediaDirection direction)
    {
        var rig = CallRig.ConnectedIncoming();
        rig.Reinvited(CallSdp.Phone(offered));
        Assert.Contains($"a={answered}", Assert.IsType<AcceptReinvite>(rig.Sip[^1]).Sdp, StringComparison.Ordinal);
        Assert.Equal(CallState.Hold, rig.State);
        Assert.Equal(CallState.Hold, rig.Events[^1].State);
        Assert.Equal(direction, rig.Plan.Ims!.Audio.Direction);
        Assert.Equal(MediaDirection.SendReceive, rig.Plan.WebRtc!.Audio.Direction);

        rig.Reinvited(CallSdp.Phone());
        Assert.Equal(CallState.Resume, rig.State);
        Assert.Equal(CallState.Resume, rig.Events[^1].State);
        AssertTalking(rig);
        Assert.Equal([1, 2, 3, 4], rig.Events.Select(told => told.Call.SequenceNumber));
    }

    [Fact]
    public void An_old_style_hold_with_address_zero_is_a_hold()
    {
        var rig = CallRig.ConnectedOutgoing();
        rig.Reinvited(CallSdp.Phone(address: "0.0.0.0"));
        Assert.Equal(CallState.Hold, rig.State);
        Assert.False(rig.Plan.Ims!.Audio.Direction.HasFlag(MediaDirection.SendOnly));
    }

    [Fact]
    public void Both_sides_hold_and_each_resumes_its_own()
    {
        var rig = Held();
        rig.Reinvited(CallSdp.Phone("sendonly"));
        Assert.Contains("a=inactive", Assert.IsType<AcceptReinvite>(rig.Sip[^1]).Sdp, StringComparison.Ordinal);
        Assert.Equal(CallState.Hold, rig.State);

        rig.Put(CallState.Resume);
        rig.ReinviteAnswered(CallSdp.Phone("sendonly"));
        Assert.Equal(CallState.Hold, rig.State);
        Assert.Contains("other side still holds", rig.Call.Description.Reason, StringComparison.Ordinal);
        Assert.Equal(MediaDirection.ReceiveOnly, rig.Plan.Ims!.Audio.Direction);
        Assert.Equal(CallFault.IncompatibleState, rig.Put(CallState.Resume)!.Fault);

        rig.Reinvited(CallSdp.Phone());
        Assert.Equal(CallState.Resume, rig.State);
        AssertTalking(rig);
    }

    [Fact]
    public void A_resume_by_the_far_side_does_not_lift_our_own_hold()
    {
        var rig = Held();
        rig.Reinvited(CallSdp.Phone("sendonly"));
        rig.Reinvited(CallSdp.Phone());
        Assert.Equal(CallState.Resume, rig.Events[^1].State);
        Assert.Equal(CallState.Hold, rig.State);
        AssertSilent(rig);
    }

    [Fact]
    public void A_reinvite_that_only_moves_media_is_no_event()
    {
        var rig = CallRig.ConnectedOutgoing();
        rig.Reinvited(CallSdp.Phone(port: 4444, formats: "0"));
        Assert.Equal(4444, rig.Plan.Ims!.PeerRtp.Port);
        Assert.Equal(AudioCodec.Pcmu, rig.Plan.Ims.Audio.Send.Codec);
        Assert.Single(rig.Events);
    }

    [Fact]
    public void A_reinvite_that_cannot_be_used_is_refused_and_nothing_changes()
    {
        var rig = CallRig.ConnectedOutgoing();
        var before = rig.Plan;
        rig.Reinvited(CallSdp.Phone(formats: "9"));
        Assert.Equal(488, Assert.IsType<RejectReinvite>(rig.Sip[^1]).Status);
        Assert.Equal(before, rig.Plan);
    }

    [Fact]
    public void A_reinvite_without_offer_gets_ours_and_the_ack_decides()
    {
        var rig = CallRig.ConnectedOutgoing();
        rig.Reinvited(null);
        Assert.Contains("a=sendrecv", Assert.IsType<AcceptReinvite>(rig.Sip[^1]).Sdp, StringComparison.Ordinal);
        rig.Acknowledged(CallSdp.Phone(port: 4446));
        Assert.Equal(4446, rig.Plan.Ims!.PeerRtp.Port);
    }

    [Fact]
    public void A_new_offer_from_the_browser_is_answered_in_the_command()
    {
        var rig = CallRig.ConnectedOutgoing();
        var before = rig.Call.Description.AnswerSdp;
        Assert.Equal(CallCommandResult.Done, rig.Put(CallState.Connected, offer: CallSdp.BrowserOffer(opus: false)));
        Assert.NotEqual(before, rig.Call.Description.AnswerSdp);
        Assert.Empty(rig.Sip.OfType<SendReinvite>());
        Assert.Equal(CallState.Connected, rig.State);
    }

    [Fact]
    public void A_hold_may_carry_a_new_offer()
    {
        var rig = CallRig.ConnectedOutgoing();
        Assert.Null(rig.Put(CallState.Hold, offer: CallSdp.BrowserOffer(opus: false)));
        rig.ReinviteAnswered(CallSdp.Phone("recvonly"));
        Assert.Equal(AudioCodec.Pcma, rig.Plan.WebRtc!.Audio.Send.Codec);
        AssertSilent(rig);
    }

    [Theory]
    [InlineData(CallState.Ringing)]
    [InlineData(CallState.Initial)]
    [InlineData(CallState.InProgress)]
    [InlineData(CallState.Terminated)]
    public void Statuses_that_make_no_sense_in_a_connected_call_are_refused(CallState state) =>
        Assert.Equal(CallFault.IncompatibleState, CallRig.ConnectedOutgoing().Put(state)!.Fault);

    [Fact]
    public void Connected_without_description_changes_nothing() =>
        Assert.Equal(CallCommandResult.Done, CallRig.ConnectedOutgoing().Put(CallState.Connected));

    [Fact]
    public void Each_description_towards_the_network_counts_its_version_up()
    {
        var rig = Held();
        rig.Put(CallState.Resume);
        var versions = rig.Sip.Select(action => action switch
        {
            SendInvite invite => invite.Offer,
            SendReinvite reinvite => reinvite.Offer,
            _ => "",
        }).Where(sdp => sdp.Length > 0).Select(sdp => sdp.Split('\n')[1].Split(' ')).ToList();
        Assert.Single(versions.Select(origin => origin[1]).Distinct());
        Assert.Equal(["1", "2", "3"], versions.Select(origin => origin[2]));
    }

    private static CallRig Held()
    {
        var rig = CallRig.ConnectedOutgoing();
        rig.Put(CallState.Hold);
        rig.ReinviteAnswered(CallSdp.Phone("recvonly"));
        return rig;
    }

    private static string Reinvite(CallRig rig) => Assert.IsType<SendReinvite>(rig.Sip[^1]).Offer;

    private static void AssertSilent(CallRig rig)
    {
        Assert.Equal(MediaDirection.Inactive, rig.Plan.WebRtc!.Audio.Direction);
        Assert.Equal(MediaDirection.Inactive, rig.Plan.Ims!.Audio.Direction);
    }

    private static void AssertTalking(CallRig rig)
    {
        Assert.Equal(MediaDirection.SendReceive, rig.Plan.WebRtc!.Audio.Direction);
        Assert.Equal(MediaDirection.SendReceive, rig.Plan.Ims!.Audio.Direction);
    }
}

using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Calls;

/// <summary>The far side changes while the browser stays (REFER, Replaces), or the browser hands the call to a phone.</summary>
public class ReferralTests
{
    private static readonly SipSessionId Session = new(1);
    private static readonly SipSessionId Successor = new(2);
    private static readonly ReferTarget Target = new(new SipUri("tel:+34600777888"), null);

    private static readonly CallOptions Allowing = CallRig.Options with { TakesReferrals = true };

    [Fact]
    public void Who_may_not_refer_is_declined()
    {
        var rig = CallRig.ConnectedOutgoing();
        rig.Sent(new SessionReferred(Session, Target, null));
        Assert.Equal(new RefuseReferral(603), rig.Sip.Last());
    }

    [Fact]
    public void The_new_party_takes_the_old_ones_place_once_it_answers()
    {
        var rig = Referred();
        var before = rig.Plan;
        rig.FromSuccessor(new SessionProgressed(Successor, 180, "Ringing", CallSdp.Phone(port: 7000)));
        Assert.Equal(new NotifyReferrer(180), rig.Sip.Last());
        Assert.Same(before, rig.Plan);
        rig.FromSuccessor(new SessionAnswered(Successor, 200, "OK", CallSdp.Phone(port: 7000)));
        Assert.Equal([new NotifyReferrer(200), new AdoptSuccessor()], rig.Sip[^2..]);
        Assert.Equal(7000, rig.Plan.Ims!.PeerRtp.Port);
        Assert.Equal("tel:+34600777888", rig.Call.Description.Receiver.Address);
        Assert.Equal((CallState.Connected, false), (rig.Events.Last().State, rig.Events.Last().WithSdp));
    }

    [Theory]
    [InlineData(486, 486)]
    [InlineData(0, 480)]
    public void A_party_that_does_not_come_leaves_the_call_as_it_was(int status, int told)
    {
        var rig = Referred();
        rig.FromSuccessor(new SessionEnded(Successor, new SipEnding(SipEndingKind.Rejected, status, "")));
        Assert.Equal(new NotifyReferrer(told), rig.Sip.Last());
        Assert.Equal(CallState.Connected, rig.State);
        Assert.Equal(0, rig.Releases);
    }

    [Fact]
    public void An_answer_that_cannot_be_used_ends_the_new_session_only()
    {
        var rig = Referred();
        rig.FromSuccessor(new SessionAnswered(Successor, 200, "OK", "nonsense"));
        Assert.Equal([new NotifyReferrer(488), new OnSuccessor(new EndSession(488))], rig.Sip[^2..]);
        Assert.Equal(CallState.Connected, rig.State);
    }

    [Fact]
    public void A_referrer_that_leaves_at_once_does_not_end_the_call()
    {
        var rig = Referred();
        rig.Ended(SipEndingKind.RemoteBye);
        Assert.Equal(CallState.Connected, rig.State);
        rig.FromSuccessor(new SessionAnswered(Successor, 200, "OK", CallSdp.Phone(port: 7000)));
        Assert.Equal("tel:+34600777888", rig.Call.Description.Receiver.Address);
    }

    [Fact]
    public void Where_the_referrer_left_and_nobody_comes_the_call_is_over()
    {
        var rig = Referred();
        rig.Ended(SipEndingKind.RemoteBye);
        Assert.Null(rig.Call.Save());
        rig.FromSuccessor(new SessionEnded(Successor, new SipEnding(SipEndingKind.Rejected, 486, "")));
        Assert.Equal("remote-hangup", rig.Call.Description.End!.Reason);
        Assert.True(rig.Call.IsOver);
        Assert.Equal(1, rig.Releases);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Hanging_up_meanwhile_ends_both(bool referrerLeft)
    {
        var rig = Referred();
        if (referrerLeft) rig.Ended(SipEndingKind.RemoteBye);
        rig.End();
        Assert.Contains(new NotifyReferrer(487), rig.Sip);
        Assert.Contains(new OnSuccessor(new EndSession(487)), rig.Sip);
        Assert.Equal(!referrerLeft, rig.Sip.Contains(new EndSession(603)));
        Assert.Equal("local-hangup", rig.Call.Description.End!.Reason);
    }

    [Fact]
    public void One_thing_at_a_time()
    {
        var rig = Referred();
        rig.Sent(new SessionReferred(Session, Target, null));
        Assert.Equal(new RefuseReferral(491), rig.Sip.Last());
        Assert.Equal(CallFault.IncompatibleState, rig.Put(CallState.Hold)!.Fault);
        Assert.Equal(CallFault.IncompatibleState, rig.Call.BeginTransfer(rig.Now, out _).Fault);
        Assert.False(rig.Call.TryTakeOver(CallRig.Other, null));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Somebody_takes_the_far_sides_place(bool withOffer)
    {
        var rig = CallRig.ConnectedIncoming();
        Assert.True(rig.Call.TryTakeOver(new CallParty("tel:+34600999000", "Eva"), withOffer ? CallSdp.Phone(port: 7100) : null));
        rig.Drained();
        Assert.IsType<SendAnswer>(Assert.IsType<OnSuccessor>(rig.Sip[^2]).Action);
        Assert.IsType<AdoptSuccessor>(rig.Sip[^1]);
        if (!withOffer) rig.Acknowledged(CallSdp.Phone(port: 7100));
        Assert.Equal(7100, rig.Plan.Ims!.PeerRtp.Port);
        Assert.Equal("tel:+34600999000", rig.Call.Description.Originator.Address);
    }

    [Fact]
    public void A_call_that_still_rings_is_connected_by_whom_it_was_meant_for()
    {
        var rig = CallRig.Outgoing();
        rig.Provisional(180);
        Assert.True(rig.Call.TryTakeOver(CallRig.Other, CallSdp.Phone()));
        rig.Drained();
        Assert.Equal((CallState.Connected, true), (rig.Events.Last().State, rig.Events.Last().WithSdp));
    }

    [Fact]
    public void An_unusable_offer_takes_nobodys_place()
    {
        var rig = CallRig.ConnectedOutgoing();
        Assert.False(rig.Call.TryTakeOver(CallRig.Other, CallSdp.Phone(formats: "3")));
        Assert.Equal(CallState.Connected, rig.State);
    }

    [Fact]
    public void What_was_handed_over_ends_here_without_a_bye()
    {
        var rig = Transferring(CallRig.Options);
        rig.Call.Transferred(rig.Now);
        rig.Drained();
        Assert.DoesNotContain(rig.Sip, action => action is EndSession);
        Assert.Equal(("transferred", true, 1), (rig.Call.Description.End!.Reason, rig.Call.IsOver, rig.Releases));
    }

    [Fact]
    public void A_page_that_closes_during_the_transfer_does_not_end_it_unless_the_transfer_fails()
    {
        var rig = Transferring(CallRig.Options);
        rig.Media(new WebRtcPeerLost());
        Assert.Equal(CallState.Connected, rig.State);
        rig.Call.TransferFailed(rig.Now, TransferFailure.Busy);
        rig.Drained();
        Assert.Equal("browser-lost", rig.Call.Description.End!.Reason);
        Assert.IsType<EndSession>(rig.Sip.Last());
    }

    [Fact]
    public void A_far_side_that_had_moved_is_offered_this_side_again()
    {
        var rig = Transferring(CallRig.Options);
        rig.Call.TransferFailed(rig.Now, TransferFailure.Cancelled, hasFarSideMoved: true);
        rig.Drained();
        Assert.IsType<SendReinvite>(rig.Sip.Last());
        rig.ReinviteAnswered(CallSdp.Phone(port: 4100));
        Assert.Equal(4100, rig.Plan.Ims!.PeerRtp.Port);
    }

    [Theory]
    [InlineData(200, "transferred")]
    [InlineData(486, null)]
    public void By_refer_the_far_sides_last_word_decides(int status, string? reason)
    {
        var rig = Transferring(CallRig.Options with { TransfersByRefer = true });
        Assert.IsType<ReferToPhone>(rig.Sip.Last());
        rig.Sent(new SessionReferNotified(Session, 180, false));
        rig.Sent(new SessionReferNotified(Session, status, true));
        Assert.Equal(reason, rig.Call.Description.End?.Reason);
        Assert.Equal(reason is not null, rig.Sip.Any(action => action is EndSession));
    }

    [Fact]
    public void By_refer_silence_is_a_failure()
    {
        var rig = Transferring(CallRig.Options with { TransfersByRefer = true });
        rig.Advance(CallRig.Options.TransferTime);
        Assert.Equal("The phone did not answer; the call goes on here.", rig.Events.Last().Reason);
        Assert.False(rig.Call.IsBeingTransferred);
    }

    private static CallRig Transferring(CallOptions options)
    {
        var rig = CallRig.Outgoing(options: options);
        rig.Answered(CallSdp.Phone());
        Assert.Equal(CallCommandResult.Done, rig.Call.BeginTransfer(rig.Now, out _));
        return rig.Drained();
    }

    private static CallRig Referred()
    {
        var rig = CallRig.Outgoing(options: Allowing);
        rig.Answered(CallSdp.Phone());
        rig.Sent(new SessionReferred(Session, Target, null));
        Assert.Equal(Target, Assert.IsType<InviteReferred>(rig.Sip.Last()).Target);
        return rig;
    }
}

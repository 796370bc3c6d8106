using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.MediaNode.Core.Calls;

/// <summary>
/// The far side changes while the browser stays: because the far side refers the subscriber to somebody else (REFER), or
/// because somebody takes its place (an INVITE with Replaces). Either way a second session, the successor, becomes the call's.
/// </summary>
public sealed partial class Call
{
    private const string PassedOn = "The other side passed the call on.";

    private Referral? _referral;

    /// <param name="Party">Who is being called.</param>
    /// <param name="Leg">The network's side as it was offered to them.</param>
    /// <param name="Lost">How the call had ended, where who referred us did not wait.</param>
    private sealed record Referral(CallParty Party, ImsLeg Leg, CallEnd? Lost);

    /// <summary>The network's side towards a new party: nothing is agreed on with it.</summary>
    private ImsLeg FreshLeg => _ims with { Plan = null, Preconditions = null };

    private IReadOnlyList<AudioCodec> FreshCodecs => CodecPolicy.ForNetwork(_options.Codecs, _webRtc.Speaks, null);

    /// <summary>What happens to the successor.</summary>
    public void ReceiveFromSuccessor(Instant now, SipSessionEvent sipEvent)
    {
        if (sipEvent is SessionReinvited) _actions.Enqueue(new OnSuccessor(new RejectReinvite(SipStatus.NotAcceptableHere)));
        if (_referral is not { } referral) return;
        switch (sipEvent)
        {
            case SessionProgressed progressed:
                _actions.Enqueue(new NotifyReferrer(progressed.Status));
                break;
            case SessionAnswered { Sdp: { } answer } when referral.Leg.TryReadAnswer(answer, out var leg, out _):
                _actions.Enqueue(new NotifyReferrer(200));
                Adopt(leg, referral.Party);
                break;
            case SessionAnswered:
                ReferralFailed(now, SipStatus.NotAcceptableHere, isOver: false);
                break;
            case SessionEnded ended:
                ReferralFailed(now, ended.Ending.Status >= 300 ? ended.Ending.Status : SipStatus.TemporarilyUnavailable, isOver: true);
                break;
        }
    }

    /// <summary>
    /// Somebody else takes the far side's place: <see cref="OnSuccessor"/> answers their INVITE. False: not now, or not with
    /// this offer, and the call goes on as it was.
    /// </summary>
    /// <param name="offer">Null where the INVITE has none.</param>
    public bool TryTakeOver(CallParty party, string? offer)
    {
        if (_phase is not (CallPhase.Calling or CallPhase.Connected) || _referral is not null || _transfer is not null) return false;
        ImsLeg? leg;
        string? sdp;
        if (offer is null) leg = FreshLeg.Offer(MediaDirection.SendReceive, FreshCodecs, FreshVideo, out sdp);
        else if (!FreshLeg.TryAnswer(offer, MediaDirection.SendReceive, FreshCodecs, FreshVideo, out leg, out sdp, out _)) return false;
        _actions.Enqueue(new OnSuccessor(new SendAnswer(sdp)));
        Adopt(leg, party);
        _awaitsAnswerInAck = offer is null;
        return true;
    }

    private void Referred(SessionReferred referred)
    {
        Milestone("sip.refer-received");
        var refusal = !_options.TakesReferrals ? SipStatus.Decline
            : _referral is not null || _transfer is not null || _change is not null || _videoRequest is not null ? SipStatus.RequestPending
            : (int?)null;
        if (refusal is { } status)
        {
            _actions.Enqueue(new RefuseReferral(status));
            return;
        }

        var leg = FreshLeg.Offer(MediaDirection.SendReceive, FreshCodecs, FreshVideo, out var offer);
        _ims = _ims with { Origin = leg.Origin };
        _referral = new Referral(new CallParty(PartyAddress.FromIms(referred.Target.Uri, isWithheld: false), null), leg, Lost: null);
        _actions.Enqueue(new InviteReferred(referred.Target, referred.By, offer));
    }

    private void ReferralFailed(Instant now, int status, bool isOver)
    {
        var lost = _referral!.Lost;
        _referral = null;
        Milestone("sip.referral-failed", status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        _actions.Enqueue(new NotifyReferrer(status));
        if (!isOver) _actions.Enqueue(new OnSuccessor(new EndSession(status)));
        if (lost is not null) Finish(now, lost, rejectStatus: null);
    }

    /// <summary>The call ends: what was begun for it does too.</summary>
    private void DropReferral()
    {
        if (_referral is null) return;
        _referral = null;
        _actions.Enqueue(new NotifyReferrer(SipStatus.RequestTerminated));
        _actions.Enqueue(new OnSuccessor(new EndSession(SipStatus.RequestTerminated)));
    }

    private void Adopt(ImsLeg leg, CallParty party)
    {
        CompletePending(CallCommandResult.Incompatible(PassedOn));
        var wasCalling = _phase == CallPhase.Calling;
        TryTakeVideoRequest(out _);
        TryTakeVideoFit();
        (_referral, _change, _deadline, _phase) = (null, null, null, CallPhase.Connected);
        (_heldHere, _wasEverHeld, _earlyMediaIsMute, _awaitsAnswerInAck, _videoChanging) = (false, false, false, false, false);
        _ims = leg;
        _farSideHolds = leg.FarSideHolds;
        _actions.Enqueue(new AdoptSuccessor());
        Milestone("call.passed-on");
        ApplyMedia();
        Description = Description.Direction == CallDirection.Outgoing
            ? Description with { Receiver = party, State = CombinedState }
            : Description with { Originator = party, State = CombinedState };
        Tell(CombinedState, PassedOn, withSdp: wasCalling);
        FitBrowserVideo();
    }
}

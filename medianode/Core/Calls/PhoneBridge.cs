using System.Diagnostics.CodeAnalysis;
using Byon.MediaNode.Core.Protocol.Sdp;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.MediaNode.Core.Calls;

/// <summary>
/// A call that is handed over to the subscriber's phone, and held there until it ends or a browser retrieves it: third party
/// call control (RFC 3725 flow I). The phone is invited without an offer while the browser still talks; its offer goes to the
/// far side as a re-INVITE and the answer back. From then on the two send media to each other, and this node passes on what one
/// offers the other. Fed with what happens to the two sessions; drained for <see cref="BridgeAction"/>s.
/// </summary>
public sealed class PhoneBridge
{
    private readonly Queue<BridgeAction> _actions = new();
    private Phase _phase;
    private SdpOrigin _towardsFar;
    private SdpOrigin _towardsPhone;
    private BridgeSide? _asking;
    private string? _phoneSdp;
    private bool _isPhoneGone;

    /// <param name="towardsFar">Origin of the next description the far side gets.</param>
    public PhoneBridge(SdpOrigin towardsFar, EntropySource entropy)
    {
        (_towardsFar, _towardsPhone) = (towardsFar, new SdpOrigin(entropy.NextUInt32(), 1));
        _actions.Enqueue(new InvitePhone());
    }

    private PhoneBridge(PhoneBridgeSnapshot saved) =>
        (_phase, _towardsFar, _towardsPhone, _phoneSdp) = (Phase.Bridged, saved.TowardsFar, saved.TowardsPhone, saved.PhoneSdp);

    private enum Phase
    {
        /// <summary>The phone has not answered.</summary>
        Ringing,
        /// <summary>The phone's offer is with the far side.</summary>
        Joining,
        Bridged,
        /// <summary>A browser's offer is with the far side.</summary>
        Retrieving,
        /// <summary>The browser left meanwhile; once the far side has answered, it gets the phone's description again.</summary>
        Abandoned,
        Restoring,
        Over,
    }

    public bool IsOver => _phase == Phase.Over;

    /// <summary>The far side's session is the bridge's.</summary>
    public bool HasJoined => _phase is not (Phase.Ringing or Phase.Joining or Phase.Over);

    /// <summary>A browser may retrieve the call now.</summary>
    public bool IsSettled => _phase == Phase.Bridged && _asking is null;

    /// <summary>For the call that retrieves: its descriptions go to the far side in the same dialog.</summary>
    public SdpOrigin TowardsFar => _towardsFar;

    public bool TryDequeue([NotNullWhen(true)] out BridgeAction? action) => _actions.TryDequeue(out action);

    /// <summary>Whether an event of the far side's session is the bridge's, while the session is still the browser's.</summary>
    public bool Awaits(SipSessionEvent farEvent) =>
        _phase == Phase.Joining && farEvent is SessionReinviteAnswered or SessionReinviteRejected;

    public void Receive(BridgeSide side, SipSessionEvent sipEvent)
    {
        switch (_phase)
        {
            case Phase.Ringing when side == BridgeSide.Phone: Ringing(sipEvent); break;
            case Phase.Joining: Joining(side, sipEvent); break;
            case Phase.Bridged: Bridged(side, sipEvent); break;
            case Phase.Retrieving: Retrieving(side, sipEvent); break;
            case Phase.Abandoned or Phase.Restoring: Restoring(side, sipEvent); break;
        }
    }

    /// <summary>The subscriber does not want the phone to ring any more. False: too late.</summary>
    public bool TryCancel()
    {
        if (_phase != Phase.Ringing) return false;
        _actions.Enqueue(new EndSide(BridgeSide.Phone));
        GiveUp(TransferFailure.Cancelled, hasFarSideMoved: false);
        return true;
    }

    /// <summary>The browser's call ended before the phone had it.</summary>
    public void CallEnded()
    {
        if (HasJoined || IsOver) return;
        _phase = Phase.Over;
        if (!_isPhoneGone) _actions.Enqueue(new EndSide(BridgeSide.Phone));
    }

    /// <summary>The node ends it.</summary>
    public void End()
    {
        if (IsOver) return;
        if (HasJoined) _actions.Enqueue(new EndSide(BridgeSide.Far));
        CloseWithPhone();
    }

    /// <summary>A browser wants the call back, with this offer. Only where <see cref="IsSettled"/>.</summary>
    public void Retrieve(string offer)
    {
        if (!IsSettled) throw new InvalidOperationException("The bridge is busy.");
        _phase = Phase.Retrieving;
        _towardsFar = _towardsFar.Next();
        _actions.Enqueue(new OfferTo(BridgeSide.Far, offer));
    }

    /// <summary>The browser left before the far side answered it.</summary>
    public void CancelRetrieval()
    {
        if (_phase == Phase.Retrieving) _phase = Phase.Abandoned;
    }

    /// <summary>Null unless the two talk and nothing is under way.</summary>
    public PhoneBridgeSnapshot? Save() => IsSettled ? new PhoneBridgeSnapshot(_towardsFar, _towardsPhone, _phoneSdp!) : null;

    public static PhoneBridge Restore(PhoneBridgeSnapshot saved) => new(saved);

    private void Ringing(SipSessionEvent sipEvent)
    {
        switch (sipEvent)
        {
            case SessionAnswered { Sdp: { } offer }:
                _phase = Phase.Joining;
                _phoneSdp = offer;
                Offer(BridgeSide.Far, offer);
                break;
            case SessionAnswered:
                _actions.Enqueue(new EndSide(BridgeSide.Phone));
                GiveUp(TransferFailure.RefusedByFarSide, hasFarSideMoved: false);
                break;
            case SessionEnded ended:
                GiveUp(FailureOf(ended.Ending), hasFarSideMoved: false);
                break;
        }
    }

    private void Joining(BridgeSide side, SipSessionEvent sipEvent)
    {
        switch (side, sipEvent)
        {
            case (BridgeSide.Phone, SessionEnded):
                // What the far side does with the offer is still to come.
                _isPhoneGone = true;
                break;
            case (BridgeSide.Far, SessionReinviteAnswered) when _isPhoneGone:
                GiveUp(TransferFailure.Cancelled, hasFarSideMoved: true);
                break;
            case (BridgeSide.Far, SessionReinviteAnswered answered):
                _phase = Phase.Bridged;
                _actions.Enqueue(new AcknowledgePhone(Written(BridgeSide.Phone, answered.Answer)));
                _actions.Enqueue(new Joined());
                break;
            case (BridgeSide.Far, SessionReinviteRejected):
                if (!_isPhoneGone) _actions.Enqueue(new EndSide(BridgeSide.Phone));
                GiveUp(_isPhoneGone ? TransferFailure.Cancelled : TransferFailure.RefusedByFarSide, hasFarSideMoved: false);
                break;
        }
    }

    private void Bridged(BridgeSide side, SipSessionEvent sipEvent)
    {
        switch (sipEvent)
        {
            case SessionReinvited { Offer: { } offer } when _asking is null:
                _asking = side;
                if (side == BridgeSide.Phone) _phoneSdp = offer;
                Offer(Other(side), offer);
                break;
            case SessionReinvited:
                // Who wants an offer of ours would have to wait for one of the other side's, over two transactions (RFC 3725 §7).
                _actions.Enqueue(new RejectOn(side, _asking is null ? SipStatus.NotAcceptableHere : SipStatus.RequestPending));
                break;
            case SessionReinviteAnswered answered when _asking == Other(side):
                if (side == BridgeSide.Phone) _phoneSdp = answered.Answer;
                _asking = null;
                _actions.Enqueue(new AcceptOn(Other(side), Written(Other(side), answered.Answer)));
                break;
            case SessionReinviteRejected rejected when _asking == Other(side):
                _asking = null;
                _actions.Enqueue(new RejectOn(Other(side), rejected.Status >= 300 ? rejected.Status : SipStatus.NotAcceptableHere));
                break;
            case SessionReferred:
                _actions.Enqueue(new RefuseReferralOn(side, SipStatus.Decline));
                break;
            case SessionEnded:
                _phase = Phase.Over;
                _actions.Enqueue(new EndSide(Other(side)));
                break;
        }
    }

    private void Retrieving(BridgeSide side, SipSessionEvent sipEvent)
    {
        switch (side, sipEvent)
        {
            case (BridgeSide.Far, SessionReinviteAnswered answered):
                _actions.Enqueue(new Retrieved(answered.Answer));
                CloseWithPhone();
                break;
            case (BridgeSide.Far, SessionReinviteRejected rejected):
                _actions.Enqueue(new RetrievalRefused(rejected.Status, rejected.Phrase));
                GoOnWithPhone();
                break;
            case (BridgeSide.Far, SessionEnded ended):
                _actions.Enqueue(new RetrievalRefused(ended.Ending.Status, ended.Ending.Phrase));
                CloseWithPhone();
                break;
            default:
                DuringRetrieval(side, sipEvent);
                break;
        }
    }

    /// <summary>The far side may have moved to a browser that is gone: it is brought back to the phone.</summary>
    private void Restoring(BridgeSide side, SipSessionEvent sipEvent)
    {
        switch (side, sipEvent)
        {
            case (BridgeSide.Far, SessionReinviteAnswered) when _phase == Phase.Abandoned && !_isPhoneGone:
                _phase = Phase.Restoring;
                Offer(BridgeSide.Far, _phoneSdp!);
                break;
            case (BridgeSide.Far, SessionReinviteAnswered or SessionReinviteRejected):
                GoOnWithPhone();
                break;
            case (BridgeSide.Far, SessionEnded):
                CloseWithPhone();
                break;
            default:
                DuringRetrieval(side, sipEvent);
                break;
        }
    }

    private void DuringRetrieval(BridgeSide side, SipSessionEvent sipEvent)
    {
        switch (sipEvent)
        {
            case SessionReinvited: _actions.Enqueue(new RejectOn(side, SipStatus.RequestPending)); break;
            case SessionReferred: _actions.Enqueue(new RefuseReferralOn(side, SipStatus.Decline)); break;
            case SessionEnded when side == BridgeSide.Phone: _isPhoneGone = true; break;
        }
    }

    private void GoOnWithPhone()
    {
        _phase = Phase.Bridged;
        if (!_isPhoneGone) return;
        _phase = Phase.Over;
        _actions.Enqueue(new EndSide(BridgeSide.Far));
    }

    private void CloseWithPhone()
    {
        _phase = Phase.Over;
        if (!_isPhoneGone) _actions.Enqueue(new EndSide(BridgeSide.Phone));
    }

    private void GiveUp(TransferFailure why, bool hasFarSideMoved)
    {
        _phase = Phase.Over;
        _actions.Enqueue(new GaveUp(why, hasFarSideMoved));
    }

    private void Offer(BridgeSide to, string sdp) => _actions.Enqueue(new OfferTo(to, Written(to, sdp)));

    /// <summary>The other side's description as one of ours.</summary>
    private string Written(BridgeSide to, string sdp)
    {
        if (to == BridgeSide.Far)
        {
            var written = _towardsFar.PutInto(sdp);
            _towardsFar = _towardsFar.Next();
            return written;
        }

        var toPhone = _towardsPhone.PutInto(sdp);
        _towardsPhone = _towardsPhone.Next();
        return toPhone;
    }

    private static BridgeSide Other(BridgeSide side) => side == BridgeSide.Far ? BridgeSide.Phone : BridgeSide.Far;

    private static TransferFailure FailureOf(SipEnding ending) => ending.Kind switch
    {
        // An INVITE without offer cannot be refused for its audio: it is how our own devices pass it over.
        SipEndingKind.Rejected when ending.Status == SipStatus.NotAcceptableHere => TransferFailure.NotReachable,
        SipEndingKind.Rejected => Call.FailureOf(ending.Status),
        SipEndingKind.Timeout when ending.Status == 408 => TransferFailure.NoAnswer,
        _ => TransferFailure.NotReachable,
    };
}

/// <summary>A bridge as a value; with its two SIP sessions it is all another node needs.</summary>
/// <param name="PhoneSdp">The phone's newest description.</param>
public sealed record PhoneBridgeSnapshot(SdpOrigin TowardsFar, SdpOrigin TowardsPhone, string PhoneSdp);

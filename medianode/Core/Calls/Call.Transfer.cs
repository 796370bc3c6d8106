using Byon.MediaNode.Core.Protocol.Sdp;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.MediaNode.Core.Calls;

/// <summary>Why a call could not be handed over to the subscriber's phone.</summary>
public enum TransferFailure
{
    NoAnswer,
    Busy,
    Declined,
    NotReachable,
    /// <summary>Phone and far side have no audio in common, or the far side does not play along.</summary>
    RefusedByFarSide,
    Cancelled,
}

/// <summary>
/// The browser's part in handing the call over to the subscriber's phone: until that has succeeded nothing changes for it, and
/// then the call is over here. The two phones are put together by a <see cref="PhoneBridge"/>, or by the far side itself.
/// </summary>
public sealed partial class Call
{
    private Transfer? _transfer;

    /// <param name="Deadline">Null where the bridge watches the time.</param>
    /// <param name="BrowserIsLost">Who hands a call over may close the page at once.</param>
    private sealed record Transfer(Instant? Deadline, bool BrowserIsLost = false);

    public bool IsBeingTransferred => _transfer is not null;

    /// <summary>The phone may be called now. The outcome is <see cref="Transferred"/> or <see cref="TransferFailed"/>.</summary>
    /// <param name="towardsFarSide">For the bridge's descriptions to the far side: the call's own count on behind it.</param>
    public CallCommandResult BeginTransfer(Instant now, out SdpOrigin towardsFarSide)
    {
        RefuseVideoRequest();
        TryTakeVideoFit();
        towardsFarSide = _ims.Origin;
        if (_phase != CallPhase.Connected) return CallCommandResult.Incompatible("Only a connected call can be transferred.");
        if (_transfer is not null) return CallCommandResult.Incompatible("The call is being transferred already.");
        if (_change is not null) return CallCommandResult.Incompatible("A hold or resume is still under way.");
        if (_referral is not null || _awaitsAnswerInAck) return CallCommandResult.Incompatible("The other side is changing the call.");
        _ims = _ims with { Origin = _ims.Origin.Next() };
        _transfer = new Transfer(_options.TransfersByRefer ? now + _options.TransferTime : null);
        Milestone("transfer.started");
        if (_options.TransfersByRefer) _actions.Enqueue(new ReferToPhone());
        return CallCommandResult.Done;
    }

    /// <summary>The phone and the far side talk; the session belongs to the bridge.</summary>
    public void Transferred(Instant now) => Finish(now, CallEnd.Transferred, rejectStatus: null);

    /// <summary>The call goes on in the browser.</summary>
    /// <param name="hasFarSideMoved">It was told to talk to the phone already: it is offered this side again.</param>
    public void TransferFailed(Instant now, TransferFailure why, bool hasFarSideMoved = false)
    {
        if (_transfer is not { } transfer) return;
        _transfer = null;
        if (transfer.BrowserIsLost)
        {
            Finish(now, CallEnd.BrowserLost(answered: true), RejectedBecauseOfUs);
            return;
        }

        Milestone("transfer.failed", why.ToString());
        if (hasFarSideMoved)
        {
            OfferNetwork(out var offer);
            _actions.Enqueue(new SendReinvite(offer));
        }

        Tell(CombinedState, why switch
        {
            TransferFailure.NoAnswer => "The phone did not answer; the call goes on here.",
            TransferFailure.Busy => "The phone is busy; the call goes on here.",
            TransferFailure.Declined => "The call was declined on the phone; it goes on here.",
            TransferFailure.NotReachable => "The phone cannot be reached; the call goes on here.",
            TransferFailure.RefusedByFarSide => "The other side cannot talk to the phone; the call goes on here.",
            _ => "The call was not handed over; it goes on here.",
        });
        FitBrowserVideo();
    }

    /// <summary>How the far side's call to the phone goes.</summary>
    private void TransferNotified(Instant now, SessionReferNotified notified)
    {
        if (_transfer is null || !notified.IsFinal) return;
        if (notified.Status is >= 200 and < 300) Finish(now, CallEnd.Transferred, RejectedBecauseOfUs);
        else TransferFailed(now, FailureOf(notified.Status));
    }

    /// <summary>What a final response of the phone means.</summary>
    public static TransferFailure FailureOf(int status) => status switch
    {
        408 => TransferFailure.NoAnswer,
        486 or 600 => TransferFailure.Busy,
        603 => TransferFailure.Declined,
        488 or 606 or 415 => TransferFailure.RefusedByFarSide,
        487 => TransferFailure.Cancelled,
        _ => TransferFailure.NotReachable,
    };
}

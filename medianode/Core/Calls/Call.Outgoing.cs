using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sdp;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.MediaNode.Core.Calls;

/// <summary>The subscriber calls somebody: from the browser's offer to the network's 200.</summary>
public sealed partial class Call
{
    /// <summary>The network forbids to play what comes before the answer (RFC 5009).</summary>
    private bool _earlyMediaIsMute;

    /// <summary>The call was refused with video; the device is told once it is answered without.</summary>
    private bool _wasRefusedForVideo;

    /// <summary>The INVITE is a re-INVITE of a dialog that stands.</summary>
    private bool _isWithinDialog;

    /// <summary>
    /// Answers the browser at once, so that ICE and DTLS finish while the far end rings, and offers to the network.
    /// Null: the browser's offer cannot be used.
    /// </summary>
    /// <param name="imsOrigin">Where the INVITE is a re-INVITE of a dialog that stands: its descriptions count on.</param>
    public static Call? TryStart(
        Instant now, string callId, CallParty originator, CallParty receiver, string offer, MediaAllocation media,
        CallOptions options, EntropySource entropy, out SdpRejection? why, SdpOrigin? imsOrigin = null)
    {
        var description = new CallDescription(
            callId, CallDirection.Outgoing, originator, receiver, CallState.Initial, offer, null, null, null, 0);
        var call = new Call(description, CallPhase.Calling, media, options, entropy);
        if (!call._webRtc.TryAnswer(offer, call.BrowserVideo, out var leg, out var answer, out why)) return null;

        call._webRtc = leg;
        if (imsOrigin is not null) (call._ims, call._isWithinDialog) = (call._ims with { Origin = imsOrigin }, true);
        call.Description = description with { AnswerSdp = answer };
        call._deadline = now + options.RingTime;
        call.ApplyMedia();
        call._ims = call._ims with { Preconditions = call.FirstPreconditions };
        call.OfferNetwork(out var imsOffer);
        call._actions.Enqueue(new SendInvite(imsOffer));
        return call;
    }

    private QosPreconditions? FirstPreconditions => _options.OffersPreconditions ? QosPreconditions.Unknown : null;

    private void Calling(Instant now, SipSessionEvent sipEvent)
    {
        switch (sipEvent)
        {
            case SessionInviteSent:
                Milestone("sip.invite-sent");
                break;
            case SessionProgressed progressed:
                Milestone($"sip.{progressed.Status}", progressed.Phrase);
                TakeEarlyAnswer(progressed);
                Progress(progressed.Status);
                break;
            case SessionReinvited reinvited:
                ReofferedEarly(reinvited.Offer);
                break;
            case SessionAnswered answered:
                Milestone($"sip.{answered.Status}", answered.Phrase);
                Answered(now, answered.Sdp);
                break;
            case SessionEnded ended:
                if (ended.Ending.Status >= 300) Milestone($"sip.{ended.Ending.Status}", ended.Ending.Phrase);
                if (MayDoWithoutVideo(ended.Ending)) InviteWithoutVideo();
                else Finish(now, CallEnd.FromSip(ended.Ending, _alerted, answered: false), rejectStatus: null);
                break;
        }
    }

    /// <summary>A network that refuses the whole call for its description may be one that does not know video (RFC 3261 §21.4.26).</summary>
    private bool MayDoWithoutVideo(SipEnding ending) => ending is { Kind: SipEndingKind.Rejected, Status: 488 or 606 or 415 }
        && !_isWithinDialog && _ims.ToldVideo is not null;

    private void InviteWithoutVideo()
    {
        _wasRefusedForVideo = true;
        _ims = _ims with { Plan = null, RefusesVideo = true, Preconditions = FirstPreconditions };
        OfferNetwork(out var offer);
        ApplyMedia();
        _actions.Enqueue(new SendInvite(offer));
    }

    /// <summary>
    /// Early media of the fork that spoke last. An answer that cannot be used does no harm yet: the one in the 200 decides.
    /// </summary>
    private void TakeEarlyAnswer(SessionProgressed progressed)
    {
        if (progressed.Sdp is not { } sdp) return;
        if (!TryReadFirstAnswer(sdp, out var why))
        {
            Milestone("sdp.rejected", why?.Fault.ToString());
            return;
        }

        _earlyMediaIsMute = !progressed.MayBeHeard;
        ApplyMedia();
    }

    /// <summary>Each fork answers the first offer, whatever another one has agreed to.</summary>
    private bool TryReadFirstAnswer(string sdp, out SdpRejection? why)
    {
        var read = (_ims with { Plan = null }).TryReadAnswer(sdp, out var leg, out why);
        if (read) _ims = leg!;
        return read;
    }

    /// <summary>The far side changes its early media, or tells by it that its resources are ready (RFC 3311 §3, RFC 3312 §5).</summary>
    private void ReofferedEarly(string? offer)
    {
        Milestone("sip.update-received");
        if (offer is not null && _ims.TryAnswer(offer, MediaDirection.SendReceive, ImsCodecs(), NetworkVideo(), out var leg, out var answer, out _))
        {
            _ims = leg;
            _actions.Enqueue(new AcceptReinvite(answer));
            ApplyMedia();
        }
        else
        {
            _actions.Enqueue(new RejectReinvite(SipStatus.NotAcceptableHere));
        }
    }

    /// <summary>Provisional responses move the state forward only: a 183 after a 180 is news about media, not about ringing.</summary>
    private void Progress(int status)
    {
        _alerted |= status == SipStatus.Ringing;
        var next = status switch
        {
            SipStatus.Ringing => CallState.Ringing,
            SipStatus.Queued => CallState.Waiting,
            SipStatus.SessionProgress => CallState.InProgress,
            _ => CallState.Proceeding,
        };
        var isNews = next switch
        {
            CallState.Ringing or CallState.Waiting => next != Description.State,
            CallState.InProgress => Description.State is CallState.Initial or CallState.Proceeding,
            _ => Description.State == CallState.Initial,
        };
        if (isNews) BecomeAndTell(next);
    }

    private void Answered(Instant now, string? sdp)
    {
        if (sdp is not null)
        {
            if (!TryReadFirstAnswer(sdp, out var why))
            {
                FinishConnected(now, CallEnd.UnusableSdp(why));
                return;
            }
        }

        if (_ims.Plan is null)
        {
            FinishConnected(now, CallEnd.UnusableSdp(null));
            return;
        }

        Connect();
    }

    /// <summary>The network has answered, so the session is ended by BYE, though the subscriber never saw it connected.</summary>
    private void FinishConnected(Instant now, CallEnd end)
    {
        _phase = CallPhase.Connected;
        Finish(now, end, RejectedBecauseOfUs);
    }

    private CallCommandResult ChangeWhileCalling(CallStatusChange change) => change switch
    {
        { State: CallState.InProgress, OfferSdp: { } offer, AnswerSdp: null } => AnswerBrowser(offer) ?? CallCommandResult.Done,
        { State: CallState.InProgress } => CallCommandResult.Incompatible("Before the call is answered, InProgress needs a new offer."),
        _ => CallCommandResult.Incompatible($"The call has not been answered yet, so it cannot become {change.State}."),
    };
}

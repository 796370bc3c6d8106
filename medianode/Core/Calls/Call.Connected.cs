using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Video;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.MediaNode.Core.Calls;

/// <summary>Both sides talk; either may hold, resume, renegotiate or hang up.</summary>
public sealed partial class Call
{
    /// <summary>An offer of ours went out in a 2xx; the answer is in the ACK (RFC 3261 §13.2.1).</summary>
    private bool _awaitsAnswerInAck;

    private bool _farSideHolds;

    private void Connect()
    {
        _phase = CallPhase.Connected;
        _deadline = null;
        _earlyMediaIsMute = false;
        _farSideHolds = _ims.FarSideHolds;
        ApplyMedia();
        BecomeAndTell(CallState.Connected);
        // Not before an answer that is still to come in the ACK.
        if (_awaitsAnswerInAck) return;
        FitBrowserVideo();
        ReofferVideo();
    }

    private void Connected(Instant now, SipSessionEvent sipEvent)
    {
        if (Moving(now, sipEvent)) return;
        switch (sipEvent)
        {
            case SessionAcknowledged acknowledged:
                Milestone("sip.ack");
                TakeAnswerInAck(now, acknowledged.Sdp);
                break;
            case SessionReinvited reinvited:
                Reinvited(now, reinvited);
                break;
            case SessionReinviteWithdrawn:
                VideoRequestWithdrawn();
                break;
            case SessionReinviteAnswered answered:
                HoldAnswered(answered.Answer);
                break;
            case SessionRefreshed refreshed:
                TakeUnaskedAnswer(refreshed.Answer);
                break;
            case SessionNeedsOffer:
                OfferNetwork(out var offer);
                _actions.Enqueue(new SendReinvite(offer));
                break;
            case SessionReinviteRejected rejected:
                HoldRefused(CallEnd.Line(rejected.Status, rejected.Phrase));
                break;
            case SessionReferred referred:
                Referred(referred);
                break;
            case SessionReferNotified notified:
                TransferNotified(now, notified);
                break;
            case SessionEnded ended when _referral is { } referral:
                // Who referred us may go before the new call stands (RFC 5589 §6.1); the new party decides what becomes of it.
                _referral = referral with { Lost = CallEnd.FromSip(ended.Ending, _alerted, answered: true) };
                break;
            case SessionInfoDigit digit:
                Milestone("sip.info-digit", digit.Digit.ToString());
                _actions.Enqueue(new PressKey(new KeyPress(digit.Digit, digit.Duration, ToWebRtc: true)));
                break;
            case SessionKeyAnswered answered:
                KeyAnswered(now, answered);
                break;
            case SessionEnded ended:
                Milestone(ended.Ending.Kind == SipEndingKind.RemoteBye ? "sip.bye-received" : "sip.ended");
                Finish(now, CallEnd.FromSip(ended.Ending, _alerted, answered: true), rejectStatus: null);
                break;
        }
    }

    /// <summary>An answer that no command of the device waits for.</summary>
    private void TakeUnaskedAnswer(string answer)
    {
        if ((_ims with { Offered = WantedDirection }).TryReadAnswer(answer, out var leg, out _)) TakeNetworkLeg(leg);
    }

    private void TakeAnswerInAck(Instant now, string? sdp)
    {
        if (!_awaitsAnswerInAck) return;
        _awaitsAnswerInAck = false;
        if (sdp is null || !_ims.TryReadAnswer(sdp, out var leg, out var why))
        {
            if (_ims.Plan is null) Finish(now, CallEnd.UnusableSdp(null), RejectedBecauseOfUs);
            else Milestone("sdp.rejected");
            return;
        }

        TakeNetworkLeg(leg);
    }

    private void Reinvited(Instant now, SessionReinvited reinvited)
    {
        Milestone("sip.reinvite-received");
        if (reinvited.Offer is not { } offer)
        {
            OfferNetwork(out var ours);
            _awaitsAnswerInAck = true;
            _actions.Enqueue(new AcceptReinvite(ours));
        }
        else if (!reinvited.MayWait || !TryAskForVideo(now, offer))
        {
            AnswerNetwork(offer);
        }
    }

    private void AnswerNetwork(string offer)
    {
        if (_ims.TryAnswer(offer, WantedDirection, ImsCodecs(), NetworkVideo(), out var leg, out var answer, out _))
        {
            _actions.Enqueue(new AcceptReinvite(answer));
            TakeNetworkLeg(leg);
        }
        else
        {
            _actions.Enqueue(new RejectReinvite(SipStatus.NotAcceptableHere));
        }
    }

    /// <summary>What the network's side agreed to now: media follows, and the device hears of a hold or resume by the far side.</summary>
    private void TakeNetworkLeg(ImsLeg leg)
    {
        _ims = leg;
        ApplyMedia();
        if (leg.FarSideHolds != _farSideHolds) FarSideHeld(leg.FarSideHolds);
        FitBrowserVideo();
    }

    private void FarSideHeld(bool holds)
    {
        TryTakeVideoFit();
        _farSideHolds = holds;
        _wasEverHeld |= _farSideHolds;
        Milestone(_farSideHolds ? "media.hold" : "media.resume", "by the other side");
        Description = Description with { State = CombinedState };
        Tell(
            _farSideHolds ? CallState.Hold : CallState.Resume,
            (_farSideHolds, _heldHere) switch
            {
                (true, false) => "The other side put the call on hold.",
                (true, true) => "The other side put the call on hold too.",
                (false, false) => "The other side resumed the call.",
                (false, true) => "The other side resumed the call; it is still on hold on this side.",
            });
    }

    private CallCommandResult? ChangeWhileConnected(Instant now, CallStatusChange change)
    {
        if (_change is not null) return CallCommandResult.Incompatible("A hold or resume is still under way.");
        if (change.State is CallState.Hold or CallState.Resume && (_transfer is not null || _referral is not null))
            return CallCommandResult.Incompatible("The call is being transferred.");
        if (_videoRequest is not null && change is { State: CallState.InProgress or CallState.Connected, AnswerSdp: { } answer })
            return AnswerVideoRequest(answer);
        if (_videoFit is not null && change is { State: CallState.InProgress or CallState.Connected, AnswerSdp: { } fitted })
            return AnswerVideoFit(fitted);
        if (change.State is CallState.Hold or CallState.Resume && _move is not null)
            return CallCommandResult.Incompatible("The call is moving to another gateway node.");
        if (_videoChanging && (change.OfferSdp is not null || change.State is CallState.Hold or CallState.Resume))
            return CallCommandResult.Incompatible("A change of the video is still under way.");
        if (change.State is CallState.InProgress or CallState.Connected or CallState.Hold or CallState.Resume
            && change.OfferSdp is { } offer && AnswerBrowser(offer) is { } fault) return fault;

        // An offer of the browser's own takes the place of ours, which waited for its answer.
        if (change.OfferSdp is not null && _videoRequest is { } request)
        {
            _videoRequest = null;
            AnswerNetwork(request.NetworkOffer);
        }

        if (change is { State: CallState.InProgress or CallState.Connected, AnswerSdp: { } followed } && !BrowserIsHere)
            return TakeAnswer(followed) ?? CallCommandResult.Done;
        if (change.State is CallState.Connected or CallState.InProgress && change.OfferSdp is not null)
        {
            ReofferVideo();
            FitBrowserVideo();
        }

        return change.State switch
        {
            CallState.Hold => Hold(now),
            CallState.Resume => Resume(now),
            CallState.Connected or CallState.InProgress when change.OfferSdp is not null => CallCommandResult.Done,
            CallState.Connected when change.AnswerSdp is null || change.AnswerSdp == Description.AnswerSdp => CallCommandResult.Done,
            _ => CallCommandResult.Incompatible($"The call is connected, so it cannot become {change.State}."),
        };
    }

    /// <summary>
    /// The plan as both legs have agreed, with a hold on this side laid over it: the held network still sees us as sendonly,
    /// but nothing of the subscriber's room may pass, nor the far side be heard.
    /// </summary>
    private void ApplyMedia()
    {
        var kept = _heldHere || _change is { IsHold: true } ? MediaDirection.Inactive : MediaDirection.SendReceive;
        var keptByNetwork = _earlyMediaIsMute ? kept & MediaDirection.SendOnly : kept;
        NoteVideo();
        _actions.Enqueue(new ApplyMedia(new MediaPlan(
            BrowserIsHere && _webRtc.Plan is { } webRtc ? webRtc with { Audio = Limited(CodecPolicy.Follow(webRtc.Audio, _ims.Plan?.Audio), kept), Video = Limited(webRtc.Video, kept) } : null,
            // What the network agreed to ahead of the subscriber stays closed until they answer.
            _phase != CallPhase.Invited && NetworkIsHere && _ims.Plan is { } ims ? ims with
            {
                Audio = Limited(ims.Audio, keptByNetwork),
                Srtp = At(ims.Srtp, _ims.RollOver),
                Video = ims.Video is { } video ? video with { Stream = Limited(video.Stream, keptByNetwork)!, Srtp = At(video.Srtp, _ims.VideoRollOver) } : null,
            } : null)));
    }

    private static SrtpKeys? At(SrtpKeys? keys, uint rollOver) => keys is null ? null : keys with { RollOver = rollOver };

    private static AudioStream Limited(AudioStream audio, MediaDirection to) => audio with { Direction = audio.Direction & to };

    private static VideoStream? Limited(VideoStream? video, MediaDirection to) => video is null ? null : video with { Direction = video.Direction & to };
}

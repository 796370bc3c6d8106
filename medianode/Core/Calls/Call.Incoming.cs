using System.Diagnostics.CodeAnalysis;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sdp;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.MediaNode.Core.Calls;

/// <summary>Somebody calls the subscriber: from the network's INVITE to our 200.</summary>
public sealed partial class Call
{
    /// <summary>The network's offer; null where the INVITE had none, so that our 200 offers and the ACK answers.</summary>
    private string? _imsOffer;

    /// <summary>Our answer to the network, where it had to be given before the subscriber's: its codec and port stand.</summary>
    private string? _earlyAnswer;

    /// <summary>The caller has not reserved its resources: the device must not ring yet (RFC 3312 §5.1.3).</summary>
    private bool _awaitsResources;

    /// <summary>
    /// Invites the device with an offer of ours. Null: the network's offer cannot be used, so the INVITE deserves a 488 and
    /// the device hears nothing.
    /// </summary>
    /// <param name="canAnswerEarly">A 183 with our answer reaches the caller for sure (RFC 3262), so preconditions can be met.</param>
    public static Call? TryInvite(
        Instant now, string callId, CallParty originator, CallParty receiver, string? imsOffer, MediaAllocation media,
        CallOptions options, EntropySource entropy, out SdpRejection? why, bool canAnswerEarly = false)
    {
        var description = new CallDescription(
            callId, CallDirection.Incoming, originator, receiver, CallState.Initial, null, null, null, null, 0);
        var call = new Call(description, CallPhase.Invited, media, options, entropy) { _imsOffer = imsOffer };
        why = null;
        ImsLeg? ims = null;
        if (imsOffer is not null
            && !call._ims.TryAnswer(imsOffer, MediaDirection.SendReceive, options.Codecs, null, out ims, out _, out why)) return null;

        call._webRtc = call._webRtc.Offer(ims?.Plan?.Audio.Send.Codec, VideoForBrowser(imsOffer, media, options), out var offer);
        call.Description = description with { OfferSdp = offer };
        call._deadline = now + options.RingTime;
        call.Milestone("sip.invite-received");
        if (canAnswerEarly && imsOffer is not null && QosPreconditions.Read(imsOffer) is { IsMandatory: true, IsPeerReady: false })
            call.AwaitResources(imsOffer);
        else call.InviteDevice();
        return call;
    }

    /// <summary>Answers at once, so that the caller can reserve what it needs; its next offer says that it has.</summary>
    private void AwaitResources(string offer)
    {
        if (!TryAnswerEarly(offer, out var answer)) return;
        _awaitsResources = true;
        _actions.Enqueue(new SendProgress(SipStatus.SessionProgress, answer));
        Milestone("sip.183-sent");
    }

    private void InviteDevice()
    {
        _awaitsResources = false;
        Tell(CallState.Initial, reason: null, withSdp: true, invitation: true);
    }

    private void Invited(Instant now, SipSessionEvent sipEvent)
    {
        switch (sipEvent)
        {
            case SessionReinvited { Offer: { } offer }:
                Milestone("sip.update-received");
                ReofferedWhileInvited(offer);
                break;
            case SessionReinvited:
                _actions.Enqueue(new RejectReinvite(SipStatus.NotAcceptableHere));
                break;
            case SessionEnded ended:
                Milestone(ended.Ending.Kind == SipEndingKind.RemoteCancel ? "sip.cancel-received" : "sip.ended");
                Finish(now, CallEnd.FromSip(ended.Ending, _alerted, answered: false), rejectStatus: null);
                break;
        }
    }

    private void ReofferedWhileInvited(string offer)
    {
        if (!TryAnswerEarly(offer, out var answer))
        {
            _actions.Enqueue(new RejectReinvite(SipStatus.NotAcceptableHere));
            return;
        }

        _actions.Enqueue(new AcceptReinvite(answer));
        if (_awaitsResources && _ims.Preconditions is not { IsMandatory: true, IsPeerReady: false }) InviteDevice();
    }

    private bool TryAnswerEarly(string offer, [NotNullWhen(true)] out string? answer)
    {
        if (!_ims.TryAnswer(offer, MediaDirection.SendReceive, ImsCodecs(), NetworkVideo(), out var leg, out answer, out _)) return false;
        (_ims, _imsOffer, _earlyAnswer) = (leg, offer, answer);
        return true;
    }

    private CallCommandResult ChangeWhileInvited(CallStatusChange change)
    {
        if (_awaitsResources) return CallCommandResult.Incompatible("The caller's network is not ready yet.");
        if (change.State is not (CallState.InProgress or CallState.Ringing or CallState.Connected))
            return CallCommandResult.Incompatible($"The call has not been answered yet, so it cannot become {change.State}.");
        if (change.OfferSdp is not null)
            return CallCommandResult.Incompatible("The invitation carries the offer: send an answer to it.");
        if (change.AnswerSdp is { } answer && TakeAnswer(answer) is { } fault) return fault;

        return change.State switch
        {
            CallState.Ringing => StartRinging(),
            CallState.Connected => PickUp(),
            _ => MakeProgress(),
        };
    }

    /// <summary>The browser's answer, now or again with more candidates: ICE and DTLS start, the network's side stays closed.</summary>
    private CallCommandResult? TakeAnswer(string answer)
    {
        if (!_webRtc.TryReadAnswer(answer, out var leg, out var why)) return Unacceptable(why);
        _webRtc = leg;
        Description = Description with { AnswerSdp = answer };
        ApplyMedia();
        BrowserFollowed();
        return null;
    }

    private CallCommandResult MakeProgress()
    {
        if (!_alerted) Become(CallState.InProgress);
        return CallCommandResult.Done;
    }

    private CallCommandResult StartRinging()
    {
        if (_alerted) return CallCommandResult.Done;
        _alerted = true;
        _actions.Enqueue(new SendProgress(SipStatus.Ringing));
        Milestone("sip.180-sent");
        Become(CallState.Ringing);
        return CallCommandResult.Done;
    }

    private CallCommandResult PickUp()
    {
        if (_webRtc.Plan is null)
            return new CallCommandResult(CallFault.UnacceptableSdp, "answer.sdp is missing: the invitation's offer has not been answered yet.");

        string? sdp;
        if (_imsOffer is null)
        {
            OfferNetwork(out sdp);
            _awaitsAnswerInAck = true;
        }
        else if (_earlyAnswer is not null)
        {
            sdp = _earlyAnswer;
        }
        else if (_ims.TryAnswer(_imsOffer, MediaDirection.SendReceive, ImsCodecs(), NetworkVideo(), out var leg, out sdp, out var why))
        {
            _ims = leg;
        }
        else
        {
            return new CallCommandResult(CallFault.RefusedByNetwork, $"The caller's audio cannot be used with this browser: {why?.Fault}.");
        }

        _actions.Enqueue(new SendAnswer(sdp));
        Milestone("sip.200-sent");
        Connect();
        return CallCommandResult.Done;
    }
}

using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sdp;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.MediaNode.Core.Calls;

/// <summary>
/// One call of one device: the state machine between the browser (commands in, events out), the network (a SIP session) and
/// the media session. Fed with commands, SIP and media events and time; drained for <see cref="CallAction"/>s. The call owns the
/// browser's SDP, so a hold or a codec change on the network's side only changes the <see cref="MediaPlan"/>; only for video that
/// the browser has no line for, or in another encoding, does the call offer to it anew.
/// </summary>
public sealed partial class Call
{
    /// <summary>How long the SIP session of an ended call may take to go away: timer B or F, and as long again for a crossing 2xx.</summary>
    private static readonly TimeSpan EndingTime = TimeSpan.FromSeconds(70);

    private readonly CallOptions _options;
    private readonly Queue<CallAction> _actions = new();
    private CallPhase _phase;
    private WebRtcLeg _webRtc;
    private ImsLeg _ims;
    private bool _alerted;
    private Instant? _deadline;

    private Call(CallDescription description, CallPhase phase, MediaAllocation media, CallOptions options, EntropySource entropy)
    {
        _options = options;
        _phase = phase;
        _webRtc = new WebRtcLeg(media, NewOrigin(entropy), options.BrowserCodecs);
        _ims = new ImsLeg(media, NewOrigin(entropy), MediaDirection.SendReceive);
        Description = description;
    }

    private enum CallPhase
    {
        /// <summary>Our INVITE has no final response.</summary>
        Calling,

        /// <summary>An INVITE waits for our final response.</summary>
        Invited,

        Connected,

        /// <summary>The call has ended; its SIP session has not.</summary>
        Ending,

        Over,
    }

    public CallDescription Description { get; private set; }

    /// <summary>True when nothing more can come of this call: its owner forgets it.</summary>
    public bool IsOver => _phase == CallPhase.Over;

    public bool HasEnded => Description.End is not null;

    public Instant? NextTimeout => Instant.Earliest(
        Instant.Earliest(Instant.Earliest(Instant.Earliest(_deadline, _move?.Deadline), NextKey), _transfer?.Deadline),
        Instant.Earliest(_change is { CommandWaits: true } ? _change.Deadline : null, _videoRequest?.Deadline));

    public bool TryDequeue([NotNullWhen(true)] out CallAction? action) => _actions.TryDequeue(out action);

    /// <summary>The device's own step. Null: the outcome follows as <see cref="CompleteCommand"/>.</summary>
    public CallCommandResult? ChangeStatus(Instant now, CallStatusChange change) => _phase switch
    {
        CallPhase.Calling => ChangeWhileCalling(change),
        CallPhase.Invited => ChangeWhileInvited(change),
        CallPhase.Connected => ChangeWhileConnected(now, change),
        _ => CallCommandResult.Incompatible("The call has ended."),
    };

    public void Receive(Instant now, SipSessionEvent sipEvent)
    {
        switch (_phase)
        {
            case CallPhase.Calling: Calling(now, sipEvent); break;
            case CallPhase.Invited: Invited(now, sipEvent); break;
            case CallPhase.Connected: Connected(now, sipEvent); break;
            case CallPhase.Ending: Ending(sipEvent); break;
        }
    }

    public void Receive(Instant now, MediaEvent mediaEvent)
    {
        if (HasEnded) return;
        switch (mediaEvent)
        {
            case IceConnected: Milestone("ice.connected"); break;
            case DtlsConnected dtls: Milestone("dtls.connected", dtls.SrtpProfile); break;
            case FirstWebRtcAudio: Milestone("media.first-from-browser"); break;
            case FirstImsAudio: Milestone("media.first-from-network"); break;
            case FirstWebRtcVideo: Milestone("media.first-video-from-browser"); break;
            case FirstImsVideo: Milestone("media.first-video-from-network"); break;
            case DigitRelayed { FromWebRtc: true }: Milestone("media.digit-from-browser"); break;
            case DigitRelayed digit: Milestone("media.digit-from-network", digit.Digit.ToString()); break;
            case ImsRolledOver rolled: _ims = _ims.RolledOver(rolled); break;
            case DtlsFailed failed: Finish(now, CallEnd.DtlsFailed(failed.Why), RejectedBecauseOfUs); break;
            case MediaFailed: Finish(now, CallEnd.InternalError, RejectedBecauseOfUs); break;
            case NetworkMediaLost: Finish(now, CallEnd.MediaTimeout(_phase == CallPhase.Connected), RejectedBecauseOfUs); break;
            case WebRtcPeerLost when _transfer is not null: _transfer = _transfer with { BrowserIsLost = true }; break;
            case WebRtcPeerLost: Finish(now, CallEnd.BrowserLost(_phase == CallPhase.Connected), RejectedBecauseOfUs); break;
        }
    }

    /// <summary>The device ends the call: cancels, declines or hangs up, as the state has it.</summary>
    public void End(Instant now) => Finish(now, _phase switch
    {
        CallPhase.Calling => CallEnd.CancelledHere,
        CallPhase.Invited => CallEnd.DeclinedHere,
        _ => CallEnd.HungUpHere,
    }, _options.DeclineStatus);

    /// <summary>The node ends the call for a reason of its own.</summary>
    public void Abort(Instant now, CallEnd end) => Finish(now, end, RejectedBecauseOfUs);

    public void HandleTimeout(Instant now)
    {
        if (_change is { CommandWaits: true } change && now >= change.Deadline) GiveUpWaiting(change);
        if (_move?.Deadline <= now) Finish(now, CallEnd.NodeLost, RejectedBecauseOfUs);
        if (_transfer?.Deadline <= now) TransferFailed(now, TransferFailure.NoAnswer);
        if (NextKey <= now) PressDueKeys(now);
        if (_videoRequest?.Deadline <= now) VideoNotAnswered();
        if (_deadline is not { } deadline || now < deadline) return;
        _deadline = null;
        switch (_phase)
        {
            case CallPhase.Calling or CallPhase.Invited: Finish(now, CallEnd.NotAnswered, RejectedBecauseOfUs); break;
            case CallPhase.Ending: _phase = CallPhase.Over; break;
        }
    }

    /// <summary>What an INVITE we have not answered gets when it is not the subscriber who declines (RFC 3261 §21.4.18).</summary>
    private const int RejectedBecauseOfUs = SipStatus.TemporarilyUnavailable;

    private void Ending(SipSessionEvent sipEvent)
    {
        if (sipEvent is SessionEnded) Leave();
    }

    /// <summary>The one way a call ends; the first cause wins.</summary>
    /// <param name="rejectStatus">Ends the SIP session as well; null where it is already gone.</param>
    private void Finish(Instant now, CallEnd end, int? rejectStatus)
    {
        if (HasEnded) return;
        CompletePending(CallCommandResult.Incompatible("The call has ended."));
        if (_referral is { Lost: not null }) rejectStatus = null;
        DropReferral();
        TryTakeVideoRequest(out _);
        TryTakeVideoFit();
        (_transfer, _move) = (null, null);
        if (rejectStatus is { } status)
        {
            Milestone(_phase switch { CallPhase.Calling => "sip.cancel", CallPhase.Connected => "sip.bye-sent", _ => "sip.rejected" });
            _actions.Enqueue(new EndSession(status));
            _phase = CallPhase.Ending;
            _deadline = now + EndingTime;
        }
        else
        {
            Leave();
        }

        _actions.Enqueue(new ReleaseMedia());
        Description = Description with { State = end.State, End = end };
        Tell(end.State, Words(end));
    }

    private void Leave()
    {
        _phase = CallPhase.Over;
        _deadline = null;
    }

    private static string Words(CallEnd end) => end.SipLine is null ? end.Words : $"{end.Words} ({end.SipLine})";

    /// <summary>Changes the state without telling the device: it did this itself and learns it from its command's result.</summary>
    private void Become(CallState state, string? reason = null) => Description = Description with { State = state, Reason = reason };

    private void BecomeAndTell(CallState state, string? reason = null)
    {
        Description = Description with { State = state };
        Tell(state, reason, withSdp: Description.Direction == CallDirection.Outgoing
            && (Description.SequenceNumber == 0 || state == CallState.Connected));
    }

    private void Tell(CallState state, string? reason, bool withSdp = false, bool invitation = false)
    {
        Description = Description with { Reason = reason, SequenceNumber = Description.SequenceNumber + 1 };
        _actions.Enqueue(new TellEvent(invitation, state, reason, withSdp, Description));
    }

    private void Milestone(string name, string? detail = null) => _actions.Enqueue(new TellMilestone(name, detail));

    /// <summary>The codecs to offer or prefer on the network's side.</summary>
    private IReadOnlyList<AudioCodec> ImsCodecs() => CodecPolicy.ForNetwork(_options.Codecs, _webRtc.Speaks, _ims.Plan?.Audio.Send.Codec);

    /// <summary>A new offer from the browser at any time: late candidates, a changed network, another direction.</summary>
    private CallCommandResult? AnswerBrowser(string offer)
    {
        if (!_webRtc.TryAnswer(offer, BrowserVideo, out var leg, out var answer, out var why)) return Unacceptable(why);
        // Who changes its video, and not only its network, wants the other side to be asked once more.
        if (leg.Plan?.Video?.Direction != _webRtc.Plan?.Video?.Direction) _ims = _ims with { RefusesVideo = false };
        _videoFit = null;
        _webRtc = leg;
        Description = Description with { OfferSdp = offer, AnswerSdp = answer };
        ApplyMedia();
        BrowserFollowed();
        return null;
    }

    private static CallCommandResult Unacceptable(SdpRejection? why) =>
        new(CallFault.UnacceptableSdp, why is null ? "The SDP cannot be used." : $"The SDP cannot be used: {why.Fault}: {why.Detail}");

    private static SdpOrigin NewOrigin(EntropySource entropy)
    {
        Span<byte> bytes = stackalloc byte[8];
        entropy.Fill(bytes);
        return new SdpOrigin(BinaryPrimitives.ReadUInt64LittleEndian(bytes) >> 2, 1);
    }
}

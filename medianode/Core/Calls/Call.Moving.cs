using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.MediaNode.Core.Calls;

/// <summary>
/// Going on with a call that another node carried: both sides get an offer with this node's addresses and new keys, and have some
/// time to follow. Until each has, nothing is sent to it: the keys of before were the other node's.
/// </summary>
public sealed partial class Call
{
    private Move? _move;

    private sealed record Move(Instant Deadline, bool NetworkFollows = false, bool BrowserFollows = false);

    /// <summary>Nothing is under way that would be lost with this node.</summary>
    public bool CanMove => _phase == CallPhase.Connected && _move is null && _change is null && _transfer is null && _referral is null
        && !_videoChanging && _videoRequest is null && !_awaitsAnswerInAck && _keyUnderWay is null && _keys.NextTimeout is null;

    private bool BrowserIsHere => _move is null or { BrowserFollows: true };

    private bool NetworkIsHere => _move is null or { NetworkFollows: true };

    /// <summary>Takes the call up with media of this node; its first actions tell both sides.</summary>
    /// <param name="sequenceNumber">Of the newest event that the device was told, which the snapshot may have missed.</param>
    public static Call TakeUp(Instant now, CallSnapshot saved, MediaAllocation media, int sequenceNumber, CallOptions options)
    {
        var here = saved with
        {
            WebRtc = saved.WebRtc with { Local = media, Codecs = options.BrowserCodecs },
            Ims = saved.Ims with { Local = media },
            Description = saved.Description with { SequenceNumber = Math.Max(sequenceNumber, saved.Description.SequenceNumber) },
            AwaitsAnswerInAck = false,
        };
        var call = new Call(here, options);
        call.BeginMove(now);
        return call;
    }

    private void BeginMove(Instant now)
    {
        _move = new Move(now + _options.MoveTime);
        Milestone("call.moving");
        OfferNetwork(out var forNetwork);
        _actions.Enqueue(new SendReinvite(forNetwork));
        _webRtc = _webRtc.OfferAgain(_ims.Plan?.Audio.Send.Codec, BrowserVideo?.Kilobits, out var forBrowser);
        Description = Description with { OfferSdp = forBrowser, AnswerSdp = null, State = CombinedState };
        ApplyMedia();
        Tell(
            _farSideHolds ? CallState.Hold : CallState.Connected, "The call goes on at another gateway node, which wants an answer to its offer.",
            withSdp: true);
    }

    /// <returns>True where the event was about the move.</returns>
    private bool Moving(Instant now, SipSessionEvent sipEvent)
    {
        if (NetworkIsHere) return false;
        switch (sipEvent)
        {
            case SessionReinviteAnswered answered when _ims.TryReadAnswer(answered.Answer, out var leg, out _):
                _ims = leg;
                if (!_heldHere) _farSideHolds = leg.FarSideHolds;
                Followed(_move! with { NetworkFollows = true });
                return true;
            case SessionReinviteAnswered or SessionReinviteRejected:
                Finish(now, CallEnd.NodeLost, RejectedBecauseOfUs);
                return true;
            case SessionEnded { Ending.Kind: not SipEndingKind.RemoteBye }:
                Finish(now, CallEnd.NodeLost, rejectStatus: null);
                return true;
            default:
                return false;
        }
    }

    private void BrowserFollowed()
    {
        if (!BrowserIsHere) Followed(_move! with { BrowserFollows = true });
    }

    private void Followed(Move move)
    {
        _move = move is { NetworkFollows: true, BrowserFollows: true } ? null : move;
        ApplyMedia();
        if (_move is not null) return;
        Milestone("call.moved");
        ReofferVideo();
        FitBrowserVideo();
    }
}

namespace Byon.MediaNode.Core.Calls;

/// <summary>Saving a call and taking it up again.</summary>
public sealed partial class Call
{
    private Call(CallSnapshot saved, CallOptions options)
    {
        _options = options;
        _phase = CallPhase.Connected;
        _webRtc = saved.WebRtc;
        _ims = saved.Ims;
        _alerted = saved.Alerted;
        _heldHere = saved.HeldHere;
        _farSideHolds = saved.FarSideHolds;
        _wasEverHeld = saved.WasEverHeld;
        _awaitsAnswerInAck = saved.AwaitsAnswerInAck;
        _hasVideo = BothHaveVideo;
        _keys = saved.Keys is { } keys ? new KeyQueue(keys) : new KeyQueue();
        _refusedInfo = saved.RefusedInfo;
        Description = saved.Description;
    }

    /// <summary>Null unless the call is connected: what is not answered yet is better placed anew.</summary>
    /// <remarks>What a REFER or a transfer began is not part of it: it dies with this node, and the call goes on as it was.</remarks>
    public CallSnapshot? Save() => _phase == CallPhase.Connected && _referral?.Lost is null
        ? new CallSnapshot(Settled, _webRtc, _ims, _alerted, _heldHere, _farSideHolds, _wasEverHeld, _awaitsAnswerInAck)
        {
            Keys = _keys.Save(),
            RefusedInfo = _refusedInfo,
        }
        : null;

    /// <summary>What the device was offered about video stays behind, and so does a re-INVITE that waits for it.</summary>
    private CallDescription Settled => (_videoRequest, _videoFit) switch
    {
        ({ } request, _) => Description with { OfferSdp = request.OfferSdp, AnswerSdp = request.AnswerSdp },
        (_, { } fit) => Description with { OfferSdp = fit.OfferSdp, AnswerSdp = fit.AnswerSdp },
        _ => Description,
    };

    /// <summary>The call as it was; its first action tells the media session what to do.</summary>
    public static Call Restore(CallSnapshot saved, CallOptions options)
    {
        var call = new Call(saved, options);
        call.ApplyMedia();
        return call;
    }
}

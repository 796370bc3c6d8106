using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Video;

namespace Byon.MediaNode.Core.Calls;

/// <summary>
/// The browser was answered before the network was: where the network takes another encoding than the browser was given, or no video
/// at all, the browser is offered just that. Nothing waits for its answer, and a device that gives none keeps its line, on which
/// nothing comes.
/// </summary>
public sealed partial class Call
{
    private VideoFit? _videoFit;

    /// <param name="To">The encoding of the network; null is no video.</param>
    /// <param name="Leg">The browser's side as it was offered.</param>
    /// <param name="OfferSdp">Of the browser's leg before that.</param>
    /// <param name="AnswerSdp">The same.</param>
    private sealed record VideoFit(VideoFormat? To, WebRtcLeg Leg, string? OfferSdp, string? AnswerSdp);

    /// <summary>Nothing is under way that the browser's description could cross.</summary>
    private bool MayFitVideo =>
        _phase == CallPhase.Connected && !_heldHere && _move is null && _change is null && _transfer is null && _referral is null
        && _videoRequest is null && !_videoChanging && !_awaitsAnswerInAck;

    /// <summary>To be called whenever either side's video may have changed.</summary>
    private void FitBrowserVideo()
    {
        if (_phase == CallPhase.Connected && _ims is { RefusesVideo: true, ToldVideo: not null })
        {
            _ims = _ims with { ToldVideo = null };
            Milestone("media.video-refused");
        }

        if (!MayFitVideo) return;
        if (!MustFit(out var to))
        {
            if (TryTakeVideoFit()) Tell(_farSideHolds ? CallState.Hold : CallState.Connected, "The video is as it was before.", withSdp: true);
            return;
        }

        var isAsked = _videoFit is { } pending && (to is null ? pending.To is null : pending.To?.IsSameEncoding(to) == true);
        if (isAsked || !_webRtc.TryOfferVideo(
                [to ?? _webRtc.Plan!.Video!.Receive], _options.VideoKilobits, out var leg, out var offer,
                to is null ? MediaDirection.Inactive : MediaDirection.SendReceive)) return;

        TryTakeVideoFit();
        _videoFit = new VideoFit(to, leg, Description.OfferSdp, Description.AnswerSdp);
        // Whatever comes of it, a description of ours has this version now.
        _webRtc = _webRtc with { Origin = leg.Origin };
        Description = Description with { OfferSdp = offer, AnswerSdp = null };
        Tell(
            _farSideHolds ? CallState.Hold : CallState.Connected,
            to is null ? "The other side takes no video." : "The other side takes another encoding of video.", withSdp: true);
    }

    /// <returns>False where the browser's video is one that the network has, or the browser has none that moves.</returns>
    private bool MustFit(out VideoFormat? to)
    {
        to = _ims.Plan?.Video?.Stream.Receive;
        if (_webRtc.Plan?.Video is not { } browser || browser.Direction == MediaDirection.Inactive) return false;
        return to is null ? _ims.RefusesVideo : !browser.Receive.IsSameEncoding(to);
    }

    private CallCommandResult AnswerVideoFit(string answer)
    {
        if (!_videoFit!.Leg.TryReadAnswer(answer, out var leg, out var why)) return Unacceptable(why);
        _videoFit = null;
        _webRtc = leg;
        Description = Description with { AnswerSdp = answer };
        ApplyMedia();
        ReofferVideo();
        return CallCommandResult.Done;
    }

    /// <summary>What was offered does not count any more: the descriptions are those of before.</summary>
    private bool TryTakeVideoFit()
    {
        if (_videoFit is not { } fit) return false;
        _videoFit = null;
        Description = Description with { OfferSdp = fit.OfferSdp, AnswerSdp = fit.AnswerSdp };
        return true;
    }
}

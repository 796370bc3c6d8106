using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Video;

namespace Byon.MediaNode.Core.Calls;

/// <summary>
/// The browser was answered before the network was: where the network takes another encoding than the browser was given, the browser is
/// offered that one. Nothing waits for its answer, and a device that gives none keeps its line, on which nothing comes. Where the
/// network takes no video, the device is told, and its line stays for the video that the network may add.
/// </summary>
public sealed partial class Call
{
    private VideoFit? _videoFit;

    /// <param name="To">The encoding of the network.</param>
    /// <param name="Leg">The browser's side as it was offered.</param>
    /// <param name="OfferSdp">Of the browser's leg before that.</param>
    /// <param name="AnswerSdp">The same.</param>
    private sealed record VideoFit(VideoFormat To, WebRtcLeg Leg, string? OfferSdp, string? AnswerSdp);

    /// <summary>Nothing is under way that the browser's description could cross.</summary>
    private bool MayFitVideo =>
        _phase == CallPhase.Connected && !_heldHere && _move is null && _change is null && _transfer is null && _referral is null
        && _videoRequest is null && !_videoChanging && !_awaitsAnswerInAck;

    /// <summary>The encoding of the network where the browser's video, which moves, has another one.</summary>
    private VideoFormat? NetworkEncoding => _webRtc.Plan?.Video is { Direction: not MediaDirection.Inactive } browser
        && _ims.Plan?.Video?.Stream.Receive is { } network && !browser.Receive.IsSameEncoding(network) ? network : null;

    /// <summary>To be called whenever either side's video may have changed.</summary>
    private void FitBrowserVideo()
    {
        TellRefusal();
        if (!MayFitVideo) return;
        if (NetworkEncoding is not { } to)
        {
            if (TryTakeVideoFit()) TellVideo("The video is as it was before.");
            return;
        }

        if (_videoFit?.To.IsSameEncoding(to) == true || !_webRtc.TryOfferVideo([to], _options.VideoKilobits, out var leg, out var offer)) return;
        TryTakeVideoFit();
        _videoFit = new VideoFit(to, leg, Description.OfferSdp, Description.AnswerSdp);
        // Whatever comes of it, a description of ours has this version now.
        _webRtc = _webRtc with { Origin = leg.Origin };
        Description = Description with { OfferSdp = offer, AnswerSdp = null };
        TellVideo("The other side takes another encoding of video.");
    }

    private void TellRefusal()
    {
        if (_phase != CallPhase.Connected || !(_wasRefusedForVideo || _ims is { RefusesVideo: true, ToldVideo: not null })) return;
        _wasRefusedForVideo = false;
        _ims = _ims with { ToldVideo = null };
        Milestone("media.video-refused");
        TellVideo("The other side takes no video.", withSdp: false);
    }

    private void TellVideo(string reason, bool withSdp = true) => Tell(_farSideHolds ? CallState.Hold : CallState.Connected, reason, withSdp);

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

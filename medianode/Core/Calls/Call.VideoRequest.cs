using System.Diagnostics.CodeAnalysis;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Video;
using Byon.MediaNode.Core.Protocol.Sdp;

namespace Byon.MediaNode.Core.Calls;

/// <summary>
/// The far side adds video, and the browser has none: the device is asked by an offer of ours, while the network's re-INVITE waits.
/// A device that does not answer loses nothing, since the network is answered without video then; nor does one that offers or holds
/// meanwhile, because that takes the place of an answer.
/// </summary>
public sealed partial class Call
{
    private VideoRequest? _videoRequest;

    /// <param name="NetworkOffer">What the re-INVITE offers.</param>
    /// <param name="Leg">The browser's side as it was offered.</param>
    /// <param name="OfferSdp">Of the browser's leg before it was asked.</param>
    /// <param name="AnswerSdp">The same.</param>
    private sealed record VideoRequest(string NetworkOffer, WebRtcLeg Leg, string? OfferSdp, string? AnswerSdp, Instant Deadline);

    /// <summary>The browser has no video, or none that moves, and nothing else is under way.</summary>
    private bool MayAskForVideo =>
        HasVideoPorts && _options.VideoKilobits > 0 && _webRtc.Plan is { Video: null or { Direction: MediaDirection.Inactive } }
        && !_heldHere && _move is null && _change is null && _transfer is null && _referral is null;

    private bool TryAskForVideo(Instant now, string networkOffer)
    {
        if (!MayAskForVideo || VideoPolicy.ForBrowser(ImsOfferAnswer.OfferedVideo(networkOffer, _ims.Local.Sdes)) is not { Count: > 0 } formats) return false;
        // What cannot be answered anyway is not worth asking about.
        if (!_ims.TryAnswer(networkOffer, WantedDirection, ImsCodecs(), null, out _, out _, out _)) return false;
        if (!_webRtc.TryOfferVideo(formats, _options.VideoKilobits, out var leg, out var offer)) return false;

        _videoRequest = new VideoRequest(networkOffer, leg, Description.OfferSdp, Description.AnswerSdp, now + _options.VideoRequestTime);
        // Whatever comes of it, a description of ours has this version now.
        _webRtc = _webRtc with { Origin = leg.Origin };
        Description = Description with { OfferSdp = offer, AnswerSdp = null };
        Milestone("video.requested", "by the other side");
        Tell(CallState.Connected, "The other side wants to show video.", withSdp: true);
        return true;
    }

    /// <summary>The device says what it wants of it: a refused line, or one on which nothing moves, is none.</summary>
    private CallCommandResult AnswerVideoRequest(string answer)
    {
        var request = _videoRequest!;
        if (!request.Leg.TryReadAnswer(answer, out var leg, out var why)) return Unacceptable(why);
        _videoRequest = null;
        _webRtc = leg;
        Description = Description with { AnswerSdp = answer };
        Milestone(leg.Plan!.Video is null or { Direction: MediaDirection.Inactive } ? "video.declined" : "video.accepted");
        ApplyMedia();
        AnswerNetwork(request.NetworkOffer);
        return CallCommandResult.Done;
    }

    /// <summary>The browser's leg is as it was before it was asked.</summary>
    private bool TryTakeVideoRequest([NotNullWhen(true)] out VideoRequest? request)
    {
        request = _videoRequest;
        if (request is null) return false;
        _videoRequest = null;
        Description = Description with { OfferSdp = request.OfferSdp, AnswerSdp = request.AnswerSdp };
        return true;
    }

    /// <summary>Something else is to happen in the call: the network gets its answer, without video.</summary>
    private void RefuseVideoRequest()
    {
        if (TryTakeVideoRequest(out var request)) AnswerNetwork(request.NetworkOffer);
    }

    private void VideoNotAnswered()
    {
        RefuseVideoRequest();
        Milestone("video.not-answered");
        Tell(CallState.Connected, "The other side's video was not taken up in time.", withSdp: true);
    }

    private void VideoRequestWithdrawn()
    {
        if (!TryTakeVideoRequest(out _)) return;
        Milestone("video.withdrawn");
        Tell(CallState.Connected, "The other side does not want to show video any more.", withSdp: true);
    }
}

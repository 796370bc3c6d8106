using System.Net;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Video;
using Byon.MediaNode.Core.Protocol.Sdp;

namespace Byon.MediaNode.Core.Calls;

/// <summary>
/// Video: the browser decides whether there may be any. What it has said is carried to the network with the next offer or answer,
/// and by a re-INVITE of our own when it changes while the call goes on. A browser that has said nothing is asked: Call.VideoRequest.
/// </summary>
public sealed partial class Call
{
    /// <summary>A re-INVITE about video waits for its answer.</summary>
    private bool _videoChanging;

    private bool _hasVideo;

    private bool BothHaveVideo =>
        _webRtc.Plan?.Video is { } browser && _ims.Plan?.Video is { } network && browser.Receive.IsSameEncoding(network.Stream.Receive);

    /// <summary>Ports are reserved for video.</summary>
    public bool HasVideoPorts => _ims.Local.ImsVideo is not null;

    /// <summary>Whether ports for video would be of use for an offer of the network's.</summary>
    public bool NeedsVideoPorts(string imsOffer) =>
        !HasEnded && !HasVideoPorts && ImsOfferAnswer.OfferedVideo(imsOffer, _ims.Local.Sdes).Count > 0;

    /// <summary>Ports for video were reserved; descriptions from here on may name them.</summary>
    public void AddVideoPorts(IPEndPoint rtp) => _ims = _ims with { Local = _ims.Local with { ImsVideo = rtp } };

    private WebRtcVideoTerms? BrowserVideo => HasVideoPorts && _options.VideoKilobits > 0
        ? new WebRtcVideoTerms(_ims.Plan?.Video?.Stream.Receive ?? _webRtc.Plan?.Video?.Receive, _options.VideoKilobits)
        : null;

    /// <summary>What the network is to have of the browser's video now, where it asks; null is none.</summary>
    private VideoWish? NetworkVideo()
    {
        // A stream that nobody sends or watches need not be set up; one that is there is kept.
        if (FreshVideo is not { } wish || (wish.Direction == MediaDirection.Inactive && _ims.Plan?.Video is null)) return null;
        return wish with { Direction = wish.Direction & WantedDirection };
    }

    /// <summary>The same where we ask: who has refused is not bothered again, since that could cost more than the video.</summary>
    private VideoWish? VideoToOffer() => _ims.RefusesVideo ? null : NetworkVideo();

    /// <summary>The browser's video for somebody who knows of no hold.</summary>
    private VideoWish? FreshVideo => HasVideoPorts && _webRtc.Plan?.Video is { } video
        ? new VideoWish(video.Receive, MediaDirections.Mirror(video.Direction), _options.VideoKilobits) { Other = VideoPolicy.Other(_webRtc.VideoFormats, video.Receive) }
        : null;

    private static WebRtcVideoOffer? VideoForBrowser(string? imsOffer, MediaAllocation media, CallOptions options)
    {
        if (imsOffer is null || media.ImsVideo is null || options.VideoKilobits <= 0) return null;
        var formats = VideoPolicy.ForBrowser(ImsOfferAnswer.OfferedVideo(imsOffer, media.Sdes));
        return formats.Count > 0 ? new WebRtcVideoOffer(WebRtcOfferAnswer.Number(formats), options.VideoKilobits) : null;
    }

    /// <summary>Carries a change of the browser's video to the network, unless it knows of it.</summary>
    private void ReofferVideo()
    {
        var wish = VideoToOffer();
        if (wish == _ims.ToldVideo || _move is not null) return;
        OfferNetwork(out var offer);
        _actions.Enqueue(new SendReinvite(offer));
        _videoChanging = true;
        Milestone("sip.reinvite-sent", wish is null ? "without video" : "video");
    }

    /// <summary>The network has answered a re-INVITE about video, in whichever way.</summary>
    private void VideoChanged(bool isRejected)
    {
        if (_videoChanging && isRejected && _ims.Plan?.Video is null) _ims = _ims with { RefusesVideo = _ims.ToldVideo is not null };
        _videoChanging = false;
        FitBrowserVideo();
    }

    private void OfferNetwork(out string offer) => _ims = _ims.Offer(WantedDirection, ImsCodecs(), VideoToOffer(), out offer);

    /// <summary>Tells the timeline when video begins and ends to be agreed on by both sides.</summary>
    private void NoteVideo()
    {
        var has = BothHaveVideo;
        if (has == _hasVideo) return;
        _hasVideo = has;
        Milestone(has ? "media.video" : "media.video-ended", _ims.Plan?.Video?.Stream.Receive.Codec.ToString());
    }
}

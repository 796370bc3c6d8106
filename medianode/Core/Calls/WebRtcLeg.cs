using System.Diagnostics.CodeAnalysis;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Video;
using Byon.MediaNode.Core.Protocol.Sdp;

namespace Byon.MediaNode.Core.Calls;

/// <summary>The browser's side of a call: what has been offered and agreed so far. A value; each step gives the next one.</summary>
/// <param name="Codecs">What this node can speak, in order of preference.</param>
public sealed record WebRtcLeg(MediaAllocation Local, SdpOrigin Origin, IReadOnlyList<AudioCodec> Codecs, WebRtcLegPlan? Plan = null)
{
    public bool Speaks(AudioCodec codec) => Plan is { } plan && plan.Audio.Receive.Any(format => format.Codec == codec);

    /// <summary>The video of our offer that waits for an answer.</summary>
    public WebRtcVideoOffer? OfferedVideo { get; init; }

    /// <summary>The encodings that the browser has described in this call.</summary>
    public IReadOnlyList<VideoFormat> VideoFormats { get; init; } = [];

    /// <summary>What the browser described last: what an offer of ours to it has to go on from.</summary>
    public string? PeerSdp { get; init; }

    /// <param name="video">Null refuses video.</param>
    public bool TryAnswer(
        string offer, WebRtcVideoTerms? video, [NotNullWhen(true)] out WebRtcLeg? next, [NotNullWhen(true)] out string? answer, out SdpRejection? why)
    {
        next = null;
        var local = Local;
        if (!TryAnswer(offer, local, video, out answer, out var plan, out why)) return false;
        // Other credentials than before mean an ICE restart, and want others of ours in return (RFC 8839 §4.4.1.1.1).
        if (Plan is not null && plan.PeerIce != Plan.PeerIce)
        {
            local = Local with { Ice = Local.Ice.Next() };
            if (!TryAnswer(offer, local, video, out answer, out plan, out why)) return false;
        }

        next = this with
        {
            Local = local,
            Origin = Origin.Next(),
            Plan = plan with { LocalIce = local.Ice },
            PeerSdp = offer,
            VideoFormats = VideoPolicy.ForBrowser(WebRtcOfferAnswer.DescribedVideo(offer)),
        };
        return true;
    }

    /// <param name="network">The codec that the network's offer will be answered with, where there is one already.</param>
    /// <param name="video">Null offers none.</param>
    public WebRtcLeg Offer(AudioCodec? network, WebRtcVideoOffer? video, out string offer)
    {
        offer = WebRtcOfferAnswer.WriteOffer(Local, Origin, MediaDirection.SendReceive, CodecPolicy.ForBrowser(Codecs, network), video: video);
        return this with { Origin = Origin.Next(), OfferedVideo = video };
    }

    /// <summary>Offers video to a browser that has described itself already; all else stays as it is. False where it cannot have any.</summary>
    public bool TryOfferVideo(
        IEnumerable<VideoFormat> formats, int kilobits, [NotNullWhen(true)] out WebRtcLeg? next, [NotNullWhen(true)] out string? offer)
    {
        (next, offer) = (null, null);
        if (PeerSdp is null || !WebRtcOfferAnswer.IsBundled(PeerSdp) || WebRtcOfferAnswer.Number(formats, PeerSdp) is not { Count: > 0 } numbered) return false;
        var video = new WebRtcVideoOffer(numbered, kilobits);
        offer = WebRtcOfferAnswer.WriteOffer(
            Local, Origin, MediaDirection.SendReceive, CodecPolicy.ForBrowser(Codecs, Plan?.Audio.Send.Codec), PeerSdp, video);
        next = this with { Origin = Origin.Next(), OfferedVideo = video };
        return true;
    }

    /// <summary>Describes what was agreed on anew, at <see cref="Local"/>: the browser restarts ICE, and DTLS where the fingerprint is another.</summary>
    /// <param name="network">The codec that the network speaks.</param>
    /// <param name="videoKilobits">Null ends the video, where there is any.</param>
    public WebRtcLeg OfferAgain(AudioCodec? network, int? videoKilobits, out string offer)
    {
        var video = Plan?.Video is { } stream && videoKilobits is { } most ? new WebRtcVideoOffer(WebRtcOfferAnswer.Number([stream.Send], PeerSdp), most) : null;
        offer = WebRtcOfferAnswer.WriteOffer(Local, Origin, MediaDirection.SendReceive, CodecPolicy.ForBrowser(Codecs, network), PeerSdp, video);
        return this with { Origin = Origin.Next(), OfferedVideo = video, Plan = Plan is null ? null : Plan with { LocalIce = Local.Ice } };
    }

    public bool TryReadAnswer(string answer, [NotNullWhen(true)] out WebRtcLeg? next, out SdpRejection? why)
    {
        var taken = WebRtcOfferAnswer.TryReadAnswer(answer, MediaDirection.SendReceive, out var plan, out why, OfferedVideo);
        next = taken
            ? this with { Plan = plan! with { LocalIce = Plan?.LocalIce }, PeerSdp = answer, VideoFormats = VideoPolicy.ForBrowser([.. WebRtcOfferAnswer.DescribedVideo(answer), .. VideoFormats]) }
            : null;
        return taken;
    }

    private bool TryAnswer(
        string offer, MediaAllocation local, WebRtcVideoTerms? video, [NotNullWhen(true)] out string? answer,
        [NotNullWhen(true)] out WebRtcLegPlan? plan, out SdpRejection? why) =>
        WebRtcOfferAnswer.TryAnswer(offer, local, Origin, MediaDirection.SendReceive, out answer, out plan, out why, Codecs, video);
}

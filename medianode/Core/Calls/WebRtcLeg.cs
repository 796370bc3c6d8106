using System.Diagnostics.CodeAnalysis;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sdp;

namespace Byon.MediaNode.Core.Calls;

/// <summary>The browser's side of a call: what has been offered and agreed so far. A value; each step gives the next one.</summary>
/// <param name="Codecs">What this node can speak, in order of preference.</param>
public sealed record WebRtcLeg(MediaAllocation Local, SdpOrigin Origin, IReadOnlyList<AudioCodec> Codecs, WebRtcLegPlan? Plan = null)
{
    public bool Speaks(AudioCodec codec) => Plan is { } plan && plan.Audio.Receive.Any(format => format.Codec == codec);

    public bool TryAnswer(string offer, [NotNullWhen(true)] out WebRtcLeg? next, [NotNullWhen(true)] out string? answer, out SdpRejection? why)
    {
        var taken = WebRtcOfferAnswer.TryAnswer(offer, Local, Origin, MediaDirection.SendReceive, out answer, out var plan, out why, Codecs);
        next = taken ? this with { Origin = Origin.Next(), Plan = plan } : null;
        return taken;
    }

    /// <param name="network">The codec that the network's offer will be answered with, where there is one already.</param>
    public WebRtcLeg Offer(AudioCodec? network, out string offer)
    {
        offer = WebRtcOfferAnswer.WriteOffer(Local, Origin, MediaDirection.SendReceive, CodecPolicy.ForBrowser(Codecs, network));
        return this with { Origin = Origin.Next() };
    }

    public bool TryReadAnswer(string answer, [NotNullWhen(true)] out WebRtcLeg? next, out SdpRejection? why)
    {
        var taken = WebRtcOfferAnswer.TryReadAnswer(answer, MediaDirection.SendReceive, out var plan, out why);
        next = taken ? this with { Plan = plan } : null;
        return taken;
    }
}

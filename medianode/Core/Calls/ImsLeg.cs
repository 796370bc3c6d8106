using System.Diagnostics.CodeAnalysis;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Video;
using Byon.MediaNode.Core.Protocol.Sdp;

namespace Byon.MediaNode.Core.Calls;

/// <summary>The network's side of a call: what has been offered and agreed so far. A value; each step gives the next one.</summary>
/// <param name="Offered">Direction of our offer that waits for an answer.</param>
/// <param name="Preconditions">What each side has reserved; null where preconditions are not in use.</param>
public sealed record ImsLeg(
    MediaAllocation Local, SdpOrigin Origin, MediaDirection Offered, ImsLegPlan? Plan = null, QosPreconditions? Preconditions = null)
{
    /// <summary>Codecs of that offer.</summary>
    public IReadOnlyList<AudioCodec> OfferedCodecs { get; init; } = [];

    /// <summary>The video that the network was told of last, by an offer or an answer of ours; null is none.</summary>
    public VideoWish? ToldVideo { get; init; }

    /// <summary>The network has refused the video it was offered last, and offered none itself since.</summary>
    public bool RefusesVideo { get; init; }

    /// <summary>Of the peer's audio, as its media told last, see <see cref="ImsRolledOver"/>.</summary>
    public uint RollOver { get; init; }

    /// <summary>As <see cref="RollOver"/>, of video.</summary>
    public uint VideoRollOver { get; init; }

    /// <summary>True where the far side does not want to hear us: it has put the call on hold (RFC 3264 §8.4).</summary>
    public bool FarSideHolds => Plan is { } plan && !plan.Audio.Direction.HasFlag(MediaDirection.SendOnly);

    public ImsLeg Offer(MediaDirection direction, IReadOnlyList<AudioCodec> codecs, VideoWish? video, out string offer)
    {
        offer = ImsOfferAnswer.WriteOffer(Local, Origin, direction, codecs, Plan, video);
        if (Preconditions is not null) offer = Preconditions.AddToOffer(offer);
        return this with { Origin = Origin.Next(), Offered = direction, OfferedCodecs = codecs, ToldVideo = video };
    }

    public bool TryReadAnswer(string answer, [NotNullWhen(true)] out ImsLeg? next, out SdpRejection? why)
    {
        var taken = ImsOfferAnswer.TryReadAnswer(answer, Offered, OfferedCodecs, out var plan, out why, Plan, Local.Sdes, ToldVideo);
        next = taken ? this with { Plan = plan, RefusesVideo = ToldVideo is null ? RefusesVideo : plan!.Video is null, Preconditions = Preconditions is null ? null : QosPreconditions.Read(answer) } : null;
        return taken;
    }

    public ImsLeg RolledOver(ImsRolledOver happened) =>
        happened.IsVideo ? this with { VideoRollOver = happened.RollOver } : this with { RollOver = happened.RollOver };

    public bool TryAnswer(
        string offer, MediaDirection direction, IReadOnlyList<AudioCodec> preferred, VideoWish? video,
        [NotNullWhen(true)] out ImsLeg? next, [NotNullWhen(true)] out string? answer, out SdpRejection? why)
    {
        next = null;
        if (!ImsOfferAnswer.TryAnswer(offer, Local, Origin, direction, preferred, out answer, out var plan, out why, Plan, video)) return false;
        var preconditions = QosPreconditions.Read(offer);
        var refuses = RefusesVideo && plan.Video is null;
        next = this with { Origin = Origin.Next(), Plan = plan, Preconditions = preconditions, ToldVideo = refuses ? null : video, RefusesVideo = refuses };
        if (preconditions is not null) answer = preconditions.AddToAnswer(answer);
        return true;
    }
}

using Byon.Platform.Records;

namespace Byon.Functions.Surfaces;

/// <summary>The video of a session's quality; a leg over which none came is absent.</summary>
/// <param name="Browser">What arrived from the device.</param>
/// <param name="Network">What arrived from the phone network.</param>
internal sealed record SessionVideoQuality(SessionLegVideoQuality? Browser, SessionLegVideoQuality? Network)
{
    private static readonly Schema Leg = Surfaces.Schema.Object(
        "SessionLegVideoQuality",
        new("codec", Surfaces.Schema.Choice("H264", "Vp8"), Required: true),
        new("packets", Count("Packets of video that arrived."), Required: true),
        new("lossPercent", Figure("Packets that never arrived, also when asked for again, of all.") with { Maximum = 100 }, Required: true),
        new("jitter", Figure("Interarrival jitter (RFC 3550) in milliseconds."), Required: true),
        new("roundTrip", Figure("Round trip to the peer in milliseconds; absent where it sent no reports.")),
        new("kilobits", Figure("A second, on the average from the first packet to the last one."), Required: true),
        new("picturesRequested", Count("Whole pictures asked of the peer (PLI, FIR)."), Required: true),
        new("packetsRequested", Count("Packets asked of the peer again (NACK)."), Required: true),
        new("packetsResent", Count("Packets that the peer asked for again and got."), Required: true));

    public static Schema Schema { get; } = Surfaces.Schema.Object("SessionVideoQuality", new("browser", Leg), new("network", Leg));

    public static SessionVideoQuality? Of(CallVideoQuality? video) => video is null
        ? null
        : new SessionVideoQuality(SessionLegVideoQuality.Of(video.Browser), SessionLegVideoQuality.Of(video.Network));

    private static Schema Count(string description) => new Schema("integer") { Minimum = 0, Description = description };

    private static Schema Figure(string description) => Surfaces.Schema.Number with { Minimum = 0, Description = description };
}

/// <summary>The video that arrived over one leg; times in milliseconds.</summary>
internal sealed record SessionLegVideoQuality(
    string Codec, long Packets, double LossPercent, double Jitter, double? RoundTrip, double Kilobits, long PicturesRequested, long PacketsRequested,
    long PacketsResent)
{
    public static SessionLegVideoQuality? Of(LegVideoQuality? leg) => leg is null
        ? null
        : new SessionLegVideoQuality(
            leg.Codec, leg.Packets, leg.LossPercent, leg.JitterMilliseconds, leg.RoundTripMilliseconds, leg.Kilobits, leg.PicturesRequested,
            leg.PacketsRequested, leg.PacketsResent);
}

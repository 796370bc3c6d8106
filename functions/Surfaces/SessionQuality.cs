using Byon.Platform.Records;

namespace Byon.Functions.Surfaces;

/// <summary>
/// Our extension of a session, the same in every publication: how the call sounded, as far as the gateway could tell. It is
/// there once the call has ended; a leg over which nothing came is absent.
/// </summary>
/// <param name="Browser">What arrived from the device.</param>
/// <param name="Network">What arrived from the phone network.</param>
/// <param name="Video">Absent where no video came.</param>
internal sealed record SessionQuality(SessionLegQuality? Browser, SessionLegQuality? Network, SessionVideoQuality? Video)
{
    private static readonly Schema Leg = Schema.Object(
        "SessionLegQuality",
        new("codec", Schema.Choice("Opus", "AmrWb", "G722", "Amr", "Pcma", "Pcmu", "L16"), Required: true),
        new("packets", new Schema("integer") { Description = "Packets of audio that arrived." }, Required: true),
        new("lossPercent", Schema.Number with { Minimum = 0, Maximum = 100, Description = "Packets that never arrived, of all." }, Required: true),
        new("jitter", Schema.Number with { Minimum = 0, Description = "Interarrival jitter (RFC 3550) in milliseconds." }, Required: true),
        new("roundTrip", Schema.Number with { Minimum = 0, Description = "Round trip to the peer in milliseconds; absent where it sent no reports." }),
        new("mos", Schema.Number with { Minimum = 1, Maximum = 4.5, Description = "Opinion of a conversation, estimated by the E-model (ITU-T G.107)." }, Required: true));

    /// <summary>For the schema of a session.</summary>
    public static Member Member { get; } = new("quality", Schema.Object(
        "SessionQuality", new("browser", Leg), new("network", Leg), new("video", SessionVideoQuality.Schema)));

    public static SessionQuality? Of(CallQuality? quality) => quality is null
        ? null
        : new SessionQuality(SessionLegQuality.Of(quality.Browser), SessionLegQuality.Of(quality.Network), SessionVideoQuality.Of(quality.Video));
}

/// <summary>What arrived over one leg; times in milliseconds.</summary>
internal sealed record SessionLegQuality(string Codec, long Packets, double LossPercent, double Jitter, double? RoundTrip, double Mos)
{
    public static SessionLegQuality? Of(LegQuality? leg) => leg is null
        ? null
        : new SessionLegQuality(leg.Codec, leg.Packets, leg.LossPercent, leg.JitterMilliseconds, leg.RoundTripMilliseconds, leg.Mos);
}

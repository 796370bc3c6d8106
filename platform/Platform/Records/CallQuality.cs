namespace Byon.Platform.Records;

/// <summary>How a call sounded, as far as its media node could tell; a leg over which nothing came has no figures.</summary>
public sealed record CallQuality(LegQuality? Browser, LegQuality? Network);

/// <summary>What arrived over one leg of a call.</summary>
/// <param name="Codec">Of what arrived last: Opus, AmrWb, G722, Amr, Pcma, Pcmu, L16.</param>
/// <param name="LossPercent">Packets that never came, of all.</param>
/// <param name="JitterMilliseconds">Interarrival jitter (RFC 3550 §6.4.1).</param>
/// <param name="RoundTripMilliseconds">Null where the peer sent no reports.</param>
/// <param name="Mos">Mean opinion score of a conversation, 1 to 4.5, estimated by the E-model (ITU-T G.107).</param>
public sealed record LegQuality(
    string Codec, long Packets, double LossPercent, double JitterMilliseconds, double? RoundTripMilliseconds, double Mos);

namespace Byon.Platform.Records;

/// <summary>How a call sounded, as far as its media node could tell; a leg over which nothing came has no figures.</summary>
public sealed record CallQuality(LegQuality? Browser, LegQuality? Network)
{
    /// <summary>Null for a call in which no video came.</summary>
    public CallVideoQuality? Video { get; init; }
}

/// <summary>How a call looked; a leg over which no video came has no figures.</summary>
public sealed record CallVideoQuality(LegVideoQuality? Browser, LegVideoQuality? Network);

/// <summary>The video that arrived over one leg of a call.</summary>
/// <param name="Codec">Of what arrived last: H264, Vp8.</param>
/// <param name="LossPercent">Packets that never came, also when asked for again, of all.</param>
/// <param name="JitterMilliseconds">Interarrival jitter (RFC 3550 §6.4.1).</param>
/// <param name="RoundTripMilliseconds">Null where the peer sent no reports.</param>
/// <param name="Kilobits">A second, on the average from the first packet to the last one.</param>
/// <param name="PicturesRequested">Whole pictures asked of the peer (PLI, FIR).</param>
/// <param name="PacketsRequested">Packets asked of the peer again (NACK).</param>
/// <param name="PacketsResent">Packets that the peer asked for again and got.</param>
public sealed record LegVideoQuality(
    string Codec, long Packets, double LossPercent, double JitterMilliseconds, double? RoundTripMilliseconds, double Kilobits, long PicturesRequested,
    long PacketsRequested, long PacketsResent);

/// <summary>What arrived over one leg of a call.</summary>
/// <param name="Codec">Of what arrived last: Opus, AmrWb, G722, Amr, Pcma, Pcmu, L16.</param>
/// <param name="LossPercent">Packets that never came, of all.</param>
/// <param name="JitterMilliseconds">Interarrival jitter (RFC 3550 §6.4.1).</param>
/// <param name="RoundTripMilliseconds">Null where the peer sent no reports.</param>
/// <param name="Mos">Mean opinion score of a conversation, 1 to 4.5, estimated by the E-model (ITU-T G.107).</param>
public sealed record LegQuality(
    string Codec, long Packets, double LossPercent, double JitterMilliseconds, double? RoundTripMilliseconds, double Mos);

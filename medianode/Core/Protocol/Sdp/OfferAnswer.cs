using Byon.MediaNode.Core.Media;

namespace Byon.MediaNode.Core.Protocol.Sdp;

/// <summary>Why an SDP cannot be used: a stable name, and the line or attribute it is about.</summary>
public sealed record SdpRejection(SdpFault Fault, string Detail);

public enum SdpFault
{
    Malformed,
    TooLong,
    NoAudio,
    AudioRefused,
    UnsupportedProfile,
    NoIce,
    NoFingerprint,
    UnsupportedFingerprint,
    NoRtcpMux,
    BadSetup,
    NoCommonCodec,
    NoAddress,
}

/// <summary>
/// Version and identity of the descriptions one leg sends: o= must keep its id and count its version up by one for each
/// change (RFC 3264 §8).
/// </summary>
public sealed record SdpOrigin(ulong SessionId, ulong Version)
{
    public SdpOrigin Next() => this with { Version = Version + 1 };
}

/// <summary>Offer and answer with a browser (RFC 8829, RFC 8839, RFC 8842): ICE-lite, rtcp-mux, BUNDLE, DTLS-SRTP.</summary>
public static class WebRtcOfferAnswer
{
    /// <summary>Answers a browser's offer: audio accepted, every other m= section rejected with port 0.</summary>
    public static bool TryAnswer(
        string offer, MediaAllocation local, SdpOrigin origin, MediaDirection direction,
        out string answer, out WebRtcLegPlan? plan, out SdpRejection? why) => throw new NotImplementedException();

    /// <summary>Writes our offer, or a re-offer on the same identity.</summary>
    public static string WriteOffer(MediaAllocation local, SdpOrigin origin, MediaDirection direction) => throw new NotImplementedException();

    /// <summary>Reads the browser's answer to <see cref="WriteOffer"/>.</summary>
    public static bool TryReadAnswer(string answer, MediaDirection offered, out WebRtcLegPlan? plan, out SdpRejection? why) => throw new NotImplementedException();
}

/// <summary>Offer and answer with the IMS (RFC 3264, TS 26.114): RTP/AVP, one m=audio.</summary>
public static class ImsOfferAnswer
{
    /// <param name="codecs">In order of preference; telephone-event is added for each clock rate.</param>
    public static string WriteOffer(MediaAllocation local, SdpOrigin origin, MediaDirection direction, IReadOnlyList<AudioCodec> codecs) => throw new NotImplementedException();

    public static bool TryReadAnswer(string answer, MediaDirection offered, out ImsLegPlan? plan, out SdpRejection? why) => throw new NotImplementedException();

    /// <param name="preferred">Chosen from the offer when present there, so that both legs share a codec; else the offer's order decides.</param>
    public static bool TryAnswer(
        string offer, MediaAllocation local, SdpOrigin origin, MediaDirection direction, IReadOnlyList<AudioCodec> preferred,
        out string answer, out ImsLegPlan? plan, out SdpRejection? why) => throw new NotImplementedException();
}

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

    /// <summary>Plain RTP, where SRTP is required.</summary>
    SrtpRequired,

    /// <summary>SRTP without a key that can be used, or not the answer to our key.</summary>
    NoCrypto,
}

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

namespace Byon.MediaNode.Core.Protocol;

/// <summary>Why a WebRTC peer dropped what it got: counted, never logged one by one.</summary>
public enum WebRtcDrop
{
    /// <summary>First byte of no protocol we speak.</summary>
    UnknownProtocol,

    /// <summary>STUN that is not a whole Binding request.</summary>
    BadStun,

    /// <summary>A check answered with an error.</summary>
    RefusedCheck,

    /// <summary>DTLS or media from an address no valid check came from.</summary>
    UnvalidatedAddress,

    /// <summary>DTLS before the plan was there, beyond the few datagrams that are kept.</summary>
    EarlyDtls,

    /// <summary>Media before the keys were there.</summary>
    NoKeys,
    Malformed,
    NotAuthentic,
    Replayed,
    Exhausted,
}

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>Why bytes are not a SIP message we work on. Each is dropped and counted; none is answered.</summary>
public enum SipRejection
{
    None,
    Empty,
    Truncated,
    TooLong,
    BadStartLine,
    UnsupportedVersion,
    BadRequestUri,
    BadHeaderLine,
    BadEncoding,
    TooManyHeaders,
    LineTooLong,
    DuplicateHeader,
    MissingHeader,
    BadVia,
    MissingBranch,
    BadFrom,
    BadTo,
    BadCallId,
    BadCSeq,
    CSeqMethodMismatch,
    BadContentLength,
    MissingContentLength,

    /// <summary>A response that belongs to no transaction of ours.</summary>
    StrayResponse,

    /// <summary>An ACK that belongs to no transaction or dialog of ours.</summary>
    StrayAck,

    /// <summary>A new request above the limit of server transactions; answered with 503.</summary>
    Overload,
}

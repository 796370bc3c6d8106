namespace Byon.MediaNode.Core.Calls;

/// <summary>State of a call as its subscriber sees it: the values of CAMARA's SessionStatus, with the SIP that leads to each.</summary>
public enum CallState
{
    Initial,

    /// <summary>183.</summary>
    InProgress,

    /// <summary>180.</summary>
    Ringing,

    /// <summary>181, 199 and other provisional responses.</summary>
    Proceeding,

    /// <summary>200.</summary>
    Connected,
    Terminated,
    Hold,
    Resume,
    SessionCancelled,
    Declined,
    Failed,

    /// <summary>182.</summary>
    Waiting,
    NoAnswer,
    NotReachable,
    Busy,
}

public enum CallDirection
{
    Outgoing,
    Incoming,
}

/// <param name="Address">An Address of the API: tel:, sip: or urn:service:sos.</param>
public sealed record CallParty(string Address, string? Name);

/// <summary>What a call tells about itself: the part of its row that it decides. Replaced, never changed, so that a new value means "write the row".</summary>
/// <param name="OfferSdp">Offer on the browser's leg: the browser's own for an outgoing call, ours for an incoming one.</param>
/// <param name="Reason">Plain words on the newest change; never null once <paramref name="End"/> is set.</param>
/// <param name="SequenceNumber">Of the newest event; 0 before the first one.</param>
public sealed record CallDescription(
    string CallId, CallDirection Direction, CallParty Originator, CallParty Receiver, CallState State,
    string? OfferSdp, string? AnswerSdp, string? Reason, CallEnd? End, int SequenceNumber);

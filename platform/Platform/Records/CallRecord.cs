using System.Text.Json.Serialization;

namespace Byon.Platform.Records;

/// <summary>State of a media session, the 15 values of CAMARA webrtc-call-handling SessionStatus, in the API's spelling.</summary>
public enum CallStatus
{
    Initial,
    InProgress,
    Ringing,
    Proceeding,
    Connected,
    Terminated,
    Hold,
    Resume,
    SessionCancelled,
    Declined,
    Failed,
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

/// <summary>Whose doing an ending was.</summary>
public enum CallEndClass
{
    /// <summary>A normal end: somebody hung up, cancelled or declined.</summary>
    Success,

    /// <summary>The far subscriber or the network refused or could not be reached.</summary>
    Network,

    /// <summary>The browser's side failed: bad SDP, no media, lost peer.</summary>
    Client,

    /// <summary>This service failed.</summary>
    Gateway,
}

/// <summary>How a call ended: class, stable reason ("busy", "answered-elsewhere", "node-lost", …), and the SIP line if one did it.</summary>
public sealed record CallEnding(CallEndClass Class, string Reason, string? SipLine);

/// <summary>One call (CAMARA media session) of one device. Written only by the media node that owns it.</summary>
/// <param name="CallId">The mediaSessionId: a UUID.</param>
/// <param name="PhoneNumber">The subscriber's own number, E.164 with plus: the partition of the row.</param>
/// <param name="OfferSdp">Offer of the browser leg (the browser's for an outgoing call, ours for an incoming one).</param>
/// <param name="SequenceNumber">Of the newest event of this call; 0 before the first one.</param>
public sealed record CallRecord(
    string CallId, string PhoneNumber, string RegistrationId, string DeviceId, string ClientId, string Subject, string NodeId,
    CallDirection Direction, CallStatus Status, string OriginatorAddress, string? OriginatorName, string ReceiverAddress,
    string? ReceiverName, string? OfferSdp, string? AnswerSdp, string? Reason, CallEnding? Ending, int SequenceNumber,
    DateTimeOffset CreatedAt, DateTimeOffset? EndedAt)
{
    /// <summary>The mark the client gave its call, on the surfaces that have one.</summary>
    public string? ClientCorrelator { get; init; }

    public bool Emergency { get; init; }

    /// <summary>The call was handed over to the subscriber's phone: no session of a device, but one that a device may retrieve.</summary>
    public bool IsOnPhone { get; init; }

    /// <summary>How it sounded; null until the call has ended.</summary>
    public CallQuality? Quality { get; init; }

    /// <summary>
    /// The connected call as its node sealed it, for another node to go on with; null where none can. Nobody else reads it, and it
    /// leaves the table with the call's end.
    /// </summary>
    [JsonIgnore]
    public byte[]? Snapshot { get; init; }

    /// <summary>Where the caller was when the call began: the device of an outgoing call, the other side of an incoming one.</summary>
    public CallLocation? Location { get; init; }
}

using Byon.Platform.Records;

namespace Byon.Platform.Events;

/// <summary>What can happen to a device, in terms of no API surface: each surface writes it in its own names.</summary>
public abstract record DeviceEventData;

/// <summary>A call came in for this device, or one of its calls changed state.</summary>
/// <param name="SequenceNumber">Of this media session, from 1, without gaps.</param>
/// <param name="Reason">Plain words and, where one caused it, the SIP line; never null for an ending.</param>
public sealed record CallEventData(
    bool Invitation, string CallId, int SequenceNumber, CallStatus Status, string OriginatorAddress, string? OriginatorName,
    string ReceiverAddress, string? ReceiverName, string? OfferSdp, string? AnswerSdp, string? Reason, CallEnding? Ending) : DeviceEventData
{
    /// <summary>Where the caller is; in an invitation only.</summary>
    public CallLocation? Location { get; init; }

    /// <summary>What all calls of the device come to; null where this event leaves that as it was.</summary>
    public LineStatus? Line { get; init; }
}

/// <summary>What all calls of a device come to, without saying anything of them.</summary>
public enum LineStatus
{
    Idle,

    /// <summary>Somebody calls, and no call was answered yet.</summary>
    Ringing,

    /// <summary>A call of its own is under way, or one it has answered; one that is held counts.</summary>
    OnThePhone,
}

public enum RegistrationEndReason
{
    NetworkTerminated,
    RegistrationExpired,
}

/// <summary>A registration ended without its owner asking.</summary>
public sealed record RegistrationEndedData(string RegistrationId, RegistrationEndReason Reason, string? Description) : DeviceEventData;

/// <summary>
/// A technical step of a call for a timeline ("sip.invite-sent", "ice.connected", …). Told on WebSocket channels only, never
/// logged in the event log, and may be lost.
/// </summary>
public sealed record CallMilestoneData(string CallId, string Milestone, string? Detail) : DeviceEventData;

/// <summary>The device an event belongs to: a deviceId is chosen by clients, so only the pair with the number is unique.</summary>
public sealed record DeviceKey(string PhoneNumber, string DeviceId);

/// <summary>One entry of a device's ordered event log.</summary>
/// <param name="Position">The cursor: place in the device's log, from 1, without gaps.</param>
public sealed record DeviceEvent(DeviceKey Device, long Position, string EventId, DateTimeOffset Time, DeviceEventData Data);

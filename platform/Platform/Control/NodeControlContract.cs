using Byon.Platform.Records;

namespace Byon.Platform.Control;

/// <summary>
/// The commands that functions, and draining nodes, send to a media node, over HTTP with JSON bodies and a bearer token of
/// <c>ControlToken</c>. Success answers with the record as the node has just written it.
/// <code>
/// POST   /control/registrations                RegisterCommand      201 RegistrationRecord
/// PUT    /control/registrations/{id}           RefreshCommand       200 RegistrationRecord
/// DELETE /control/registrations/{id}                                204
/// POST   /control/registrations/{id}/adopt     AdoptCommand         204
/// POST   /control/calls                        StartCallCommand     201 CallRecord
/// PUT    /control/calls/{id}/status            ChangeStatusCommand  200 CallRecord
/// DELETE /control/calls/{id}                                        204
/// POST   /control/calls/{id}/transfer                               200 CallRecord
/// DELETE /control/calls/{id}/transfer                               204
/// POST   /control/calls/{id}/keys              PressKeysCommand     204
/// POST   /control/phone-calls/{id}/retrieve    RetrieveCallCommand  201 CallRecord
/// GET    /healthz                              (no token)           200
/// </code>
/// Any failure answers with a <see cref="ControlProblem"/>.
/// </summary>
public static class NodeControlRoutes
{
    public const string Registrations = "/control/registrations";
    public const string Calls = "/control/calls";
    public const string PhoneCalls = "/control/phone-calls";
    public const string Health = "/healthz";
}

/// <summary>
/// Registers a device as a number. The node refuses with AlreadyExists where (deviceId, number) has an active registration,
/// and with a fault of its own for each limit that is reached.
/// </summary>
public sealed record RegisterCommand(
    string RegistrationId, string PhoneNumber, string DeviceId, string ClientId, string Subject, DateTimeOffset ExpiresAt,
    RegistrationLimits Limits)
{
    /// <summary>The node refuses with EmergencyAddressMissing where the operator has no emergency address of the subscriber.</summary>
    public bool NeedsEmergencyAddress { get; init; }
}

/// <summary>Extends a registration: the node registers anew in the IMS with the new lifetime.</summary>
public sealed record RefreshCommand(DateTimeOffset ExpiresAt);

/// <summary>One node asks another to go on with a registration and its connected calls, which it has stopped carrying.</summary>
/// <param name="NodeId">The node that asks, by whose name the rows still go.</param>
/// <param name="Offer">As it stands in the registration's row: who comes after it was withdrawn gets nothing.</param>
public sealed record AdoptCommand(string PhoneNumber, string NodeId, Guid Offer);

/// <summary>Places a call from a registered device.</summary>
/// <param name="ReceiverAddress">An Address of the API: tel:, sip: or urn:service:sos.</param>
/// <param name="Anonymous">Withhold the caller's number (the originator was sip:anonymous@anonymous.invalid).</param>
public sealed record StartCallCommand(
    string CallId, string RegistrationId, string PhoneNumber, string OriginatorAddress, string? OriginatorName,
    string ReceiverAddress, string? ReceiverName, bool Anonymous, string OfferSdp)
{
    /// <summary>The client's own mark for the call, which its row and answers repeat.</summary>
    public string? ClientCorrelator { get; init; }

    /// <summary>The receiver is an emergency service: never anonymous, and let in where others are not.</summary>
    public bool Emergency { get; init; }

    /// <summary>Where the device is; it goes along to the network.</summary>
    public CallLocation? Location { get; init; }
}

/// <summary>Brings a call that is on the subscriber's phone to a registered device of the same number.</summary>
/// <param name="Registration">Of the device; it may be held by another node.</param>
public sealed record RetrieveCallCommand(string CallId, RegistrationRecord Registration, string OfferSdp);

/// <summary>The device's own step in a call: InProgress, Ringing, Connected (callee), Hold, Resume, or a new offer or answer.</summary>
public sealed record ChangeStatusCommand(CallStatus Status, string? OfferSdp, string? AnswerSdp);

/// <summary>
/// Presses keys towards the network, one after the other. The node refuses with TooManyKeys while too many wait, and with
/// CorrelatorInUse where the correlator came with other keys; with the same ones it is answered as before, and nothing is pressed again.
/// </summary>
/// <param name="Keys">Of 0 to 9, *, # and A to D.</param>
/// <param name="Duration">How long each stays down, in milliseconds.</param>
/// <param name="Gap">Between two, in milliseconds.</param>
public sealed record PressKeysCommand(string Keys, int Duration, int Gap, string? ClientCorrelator = null);

/// <summary>Why a node did not do as told. The API's error table maps each to a status and code.</summary>
public enum ControlFault
{
    /// <summary>The device already has an active registration for this number.</summary>
    AlreadyExists,

    /// <summary>The number has as many registrations as it may have.</summary>
    NumberFull,

    /// <summary>The user has as many registrations as they may have.</summary>
    UserFull,

    /// <summary>The user has as many devices as they may have.</summary>
    TooManyDevices,

    /// <summary>The node does not hold that registration or call (any more).</summary>
    NotFound,

    /// <summary>The call is in a state in which the command makes no sense.</summary>
    IncompatibleState,

    /// <summary>More keys than may wait; there is room again once some were pressed.</summary>
    TooManyKeys,

    /// <summary>The client's mark was used for something else.</summary>
    CorrelatorInUse,

    /// <summary>The SDP cannot be used; the detail names the line or attribute.</summary>
    UnacceptableSdp,

    /// <summary>The operator has no emergency address of the subscriber on file.</summary>
    EmergencyAddressMissing,

    /// <summary>The subscriber is not provisioned for IMS on this node.</summary>
    NotProvisioned,

    /// <summary>The registrar refused the digest: wrong password.</summary>
    CredentialsRefused,

    /// <summary>The IMS answered with a final error; the detail holds the SIP line.</summary>
    RefusedByIms,

    /// <summary>The IMS did not answer.</summary>
    ImsUnreachable,

    /// <summary>The node takes no new work: full or draining.</summary>
    AtCapacity,

    /// <summary>Tables cannot be reached; nothing was changed.</summary>
    StorageUnavailable,
}

/// <param name="Detail">One sentence for people; names the field, header or SIP line.</param>
public sealed record ControlProblem(ControlFault Fault, string Detail);

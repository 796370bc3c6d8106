using Byon.Platform.Control;

namespace Byon.Functions;

/// <summary>
/// Every error this API answers with, one row each: status, CAMARA code and message. The codes are those of the API
/// definitions and of the CAMARA Commonalities, which the definitions allow for what they do not list.
/// </summary>
internal static class Problems
{
    /// <summary>Short, because what is down here comes back by itself: a node is replaced, a storage partition moves.</summary>
    private static readonly TimeSpan SoonAgain = TimeSpan.FromSeconds(2);

    private const string NewAuthenticationRequired =
        "Request not authenticated due to missing, invalid, or expired credentials. A new authentication is required.";

    // 400
    public static Problem InvalidArgument(string detail) => new(400, "INVALID_ARGUMENT", detail);
    public static Problem EmergencyAddressMissing() => new(400, "EMERGENCY_ADDRESS_MISSING", "Emergency address missing");
    public static Problem OutOfRange(string detail) => new(400, "OUT_OF_RANGE", detail);
    public static Problem InvalidProtocol() => new(400, "INVALID_PROTOCOL", "Only HTTP is supported");
    public static Problem InvalidCredential() => new(400, "INVALID_CREDENTIAL", "Only Access token is supported");
    public static Problem InvalidSinkToken() => new(400, "INVALID_TOKEN", "Only bearer token is supported");
    public static Problem InvalidSink(string why) => new(400, "INVALID_SINK", $"sink not valid for the specified protocol: sink {why}");

    // 401 and 403; the challenges are those of RFC 6750 §3
    public static Problem Unauthenticated() => new(401, "UNAUTHENTICATED", NewAuthenticationRequired, Challenge: "Bearer");

    public static Problem InvalidToken(string why) =>
        new(401, "UNAUTHENTICATED", NewAuthenticationRequired, Challenge: $"Bearer error=\"invalid_token\", error_description=\"{why}\"");

    public static Problem InsufficientScope(string scope) => new(
        403, "PERMISSION_DENIED", $"Client does not have sufficient permissions to perform this action: the scope {scope} is missing.",
        Challenge: $"Bearer error=\"insufficient_scope\", scope=\"{scope}\"");

    public static Problem PermissionDenied(string detail) => new(403, "PERMISSION_DENIED", detail);

    public static Problem OriginatorNotOfToken() =>
        new(403, "INVALID_TOKEN_CONTEXT", "originator info is not consistent with access token.");

    public static Problem TooManyRegistrationsOfUser() =>
        new(403, "MAX_REGISTRATION_PER_USER", "The maximum number of service registrations per user has been reached");

    public static Problem TooManyRegistrationsOfNumber() =>
        new(403, "MAX_REGISTRATION_PER_MSISDN", "The maximum number of service registrations per MSISDN has been reached");

    public static Problem TooManyDevicesOfUser() =>
        new(403, "MAX_DEVICES_PER_USER", "The maximum number of device instances per user has been reached");

    public static Problem SubscriptionMismatch() =>
        new(403, "SUBSCRIPTION_MISMATCH", "Inconsistent access token for requested events subscription");

    public static Problem NumberNotOfClient() =>
        PermissionDenied("The API consumer is not authorized to register the requested phoneNumber.");

    public static Problem CalledNumberIsFixed() =>
        PermissionDenied("The API consumer is not authorized to call this receiverAddress: its called numbers are fixed.");

    // 404 to 429
    public static Problem NotFound() => new(404, "NOT_FOUND", "The specified resource is not found.");

    public static Problem RegistrationNotFound() =>
        new(404, "NOT_FOUND", "The registration named in the header registrationId is not found or has expired.");

    public static Problem MethodNotAllowed() =>
        new(405, "METHOD_NOT_ALLOWED", "The request method is known by the server but is not supported by the target resource.");

    public static Problem NotAcceptable() =>
        new(406, "NOT_ACCEPTABLE", "The header Accept allows no application/json, the only content type served.");

    public static Problem RequestTimeout() => new(408, "TIMEOUT", "The request body did not arrive in time.");

    public static Problem AlreadyRegistered() => new(
        409, "ALREADY_EXISTS",
        "An active registration already exists for the supplied deviceId and the phoneNumber resolved from the access token.");

    public static Problem CorrelatorInUse(string detail) => new(409, "CONFLICT", $"clientCorrelator {detail}");

    public static Problem IncompatibleState(string detail) => new(409, "INCOMPATIBLE_STATE", detail);

    public static Problem PayloadTooLarge() =>
        new(413, "PAYLOAD_TOO_LARGE", $"The request body is larger than {Http.RequestBody.MaximumSize} bytes.");

    public static Problem UnsupportedMediaType() =>
        new(415, "UNSUPPORTED_MEDIA_TYPE", "The header Content-Type must be application/json.");

    public static Problem NoNumberInToken() =>
        new(422, "MISSING_IDENTIFIER", "The device cannot be identified: the access token carries no phone number.");

    public static Problem ServiceNotApplicable() =>
        new(422, "SERVICE_NOT_APPLICABLE", "The service is not available for the provided identifier.");

    public static Problem MultiEventNotSupported() =>
        new(422, "MULTIEVENT_SUBSCRIPTION_NOT_SUPPORTED", "Multi event types subscription not managed");

    public static Problem QuotaExceeded() => new(429, "QUOTA_EXCEEDED", "Out of resource quota.");

    public static Problem NumberOfToken() => new(
        422, "UNNECESSARY_IDENTIFIER",
        "The phoneNumber must not be provided in the request body when using a three-legged access token; it is resolved from the token.");

    public static Problem TooManyKeys() => new(429, "TOO_MANY_REQUESTS", "Too many keys of the session are yet to be pressed.", SoonAgain);

    public static Problem TooManyRequests(TimeSpan wait) => new(429, "TOO_MANY_REQUESTS", "Rate limit reached.", wait);

    // 500 and up
    public static Problem Internal() => new(500, "INTERNAL", "Unknown server error. Typically a server bug.");

    public static Problem EmergencyNotSupported() =>
        new(501, "CALLTYPE_EMERGENCY_NOT_SUPPORTED", "Server does not support call type EMERGENCY.");

    public static Problem NotImplemented(string detail) => new(501, "NOT_IMPLEMENTED", detail);
    public static Problem NumbersInUse() => Unavailable("Every number of the client is in use.") with { RetryAfter = TimeSpan.FromSeconds(10) };
    public static Problem Unavailable(string cause) => new(503, "UNAVAILABLE", $"Service Unavailable. {cause}", SoonAgain);

    /// <summary>What a media node refused, as the API tells it.</summary>
    public static Problem Of(ControlProblem refusal) => refusal.Fault switch
    {
        ControlFault.AlreadyExists => AlreadyRegistered(),
        ControlFault.EmergencyAddressMissing => EmergencyAddressMissing(),
        ControlFault.NumberFull => TooManyRegistrationsOfNumber(),
        ControlFault.UserFull => TooManyRegistrationsOfUser(),
        ControlFault.TooManyDevices => TooManyDevicesOfUser(),
        ControlFault.NotFound => NotFound(),
        ControlFault.IncompatibleState => IncompatibleState(refusal.Detail),
        ControlFault.TooManyKeys => TooManyKeys(),
        ControlFault.CorrelatorInUse => CorrelatorInUse(refusal.Detail),
        ControlFault.UnacceptableSdp => InvalidArgument(refusal.Detail),
        ControlFault.NotProvisioned => PermissionDenied("The phone number of the access token is not provisioned for this service."),
        ControlFault.CredentialsRefused => PermissionDenied($"The network refused the subscriber's credentials. {refusal.Detail}"),
        ControlFault.RefusedByIms => PermissionDenied($"The network refused the request. {refusal.Detail}"),
        ControlFault.ImsUnreachable => Unavailable("The operator's network did not answer."),
        ControlFault.AtCapacity => Unavailable("Every media node is full."),
        ControlFault.StorageUnavailable => Unavailable("Storage cannot be reached."),
        _ => Internal(),
    };
}

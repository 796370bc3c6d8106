namespace Byon.Platform.Records;

/// <summary>How events travel to a reader.</summary>
public enum ReaderKind
{
    /// <summary>HTTP POST of a CloudEvent to <see cref="ReaderRecord.Target"/>, with <see cref="ReaderRecord.Credential"/> as bearer token.</summary>
    Webhook,
    WebPush,
    Fcm,
    Apns,
}

/// <summary>Whose event names a reader is told in: the API surface that made it.</summary>
public enum EventDialect
{
    /// <summary>CAMARA webrtc-events.</summary>
    Camara,

    /// <summary>CAMARA webrtc-events as published with r2.2.</summary>
    CamaraR22,

    /// <summary>CAMARA webrtc-events-subscriptions, the later name of webrtc-events.</summary>
    CamaraSubscriptions,

    /// <summary>BYON v0.1.2: a notification channel. It is told events as a WebSocket is, and nothing about its own end.</summary>
    Byon,

    /// <summary>Our extension: told whether the device is on the phone, and nothing of its calls.</summary>
    CallStatus,
}

/// <summary>Kinds of events a reader can ask for.</summary>
[Flags]
public enum EventKinds
{
    None = 0,
    SessionInvitation = 1,
    SessionStatus = 2,
    RegistrationEnds = 4,

    /// <summary>Whether the device is on the phone. Only asked for on its own: who may know this need not know with whom.</summary>
    LineStatus = 8,

    /// <summary>All that the device's own applications are told.</summary>
    All = SessionInvitation | SessionStatus | RegistrationEnds,
}

public enum ReaderState
{
    Active,

    /// <summary>Takes no new events; it still has to be told that it ended.</summary>
    Ending,

    /// <summary>Over, and readable for <see cref="Stores.ReaderStore.KeptAfterEnd"/>.</summary>
    Ended,
}

/// <summary>terminationReason of subscription-ended.</summary>
public enum ReaderEndReason
{
    NetworkTerminated,
    SubscriptionExpired,
    MaxEventsReached,
    AccessTokenExpired,
    SubscriptionDeleted,
}

/// <summary>
/// One reader of a device's event log that is served by delivery: a CAMARA subscription, a BYON webhook channel or a BYON
/// push channel. A WebSocket channel is none: it is served by the push to its group and by replay.
/// </summary>
public sealed record ReaderRecord
{
    /// <summary>The subscriptionId or channelId: a UUID.</summary>
    public required string ReaderId { get; init; }

    /// <summary>E.164 with plus: the partition of the row.</summary>
    public required string PhoneNumber { get; init; }

    public required string DeviceId { get; init; }

    /// <summary>OAuth client that made it. With <see cref="Subject"/> it decides who may see it.</summary>
    public required string ClientId { get; init; }

    public required string Subject { get; init; }

    public required ReaderKind Kind { get; init; }

    public required EventDialect Dialect { get; init; }

    /// <summary>Sink address or push token, as the kind has it; sealed at rest.</summary>
    public required string Target { get; init; }

    /// <summary>What the kind needs to be let in at the target; sealed at rest, and gone once the reader has ended.</summary>
    public string? Credential { get; init; }

    public required EventKinds Kinds { get; init; }

    /// <summary>The one call whose events are wanted; null for every call of the device.</summary>
    public string? CallId { get; init; }

    /// <summary>The registration a subscription of CAMARA r2.2 named: given back when it is read, and of no other meaning.</summary>
    public string? RegistrationId { get; init; }

    /// <summary>Asked for, and given back when the reader is read: CAMARA says it has no use for calls.</summary>
    public bool InitialEvent { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null: until it is deleted.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? CredentialExpiresAt { get; init; }

    /// <summary>When the reader ends because of its credential: ahead of its expiry, so that the end can still be told.</summary>
    public DateTimeOffset? CredentialEndsAt { get; init; }

    public int? MaxEvents { get; init; }

    public ReaderState State { get; init; }

    /// <summary>Set with any state but Active.</summary>
    public ReaderEndReason? EndReason { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public ReaderProgress Progress { get; init; } = new();

    /// <summary>When it ends by itself, and why; null where nothing ends it.</summary>
    public (DateTimeOffset At, ReaderEndReason Why)? End => (ExpiresAt, CredentialEndsAt) switch
    {
        (null, null) => null,
        ({ } expiry, var credential) when credential is null || expiry <= credential => (expiry, ReaderEndReason.SubscriptionExpired),
        (_, { } credential) => (credential, ReaderEndReason.AccessTokenExpired),
        _ => null,
    };

    /// <summary>Records end in logs and messages of failed tests: number, target and credential stay out.</summary>
    public override string ToString() => $"{nameof(ReaderRecord)} {ReaderId} {Kind} {State}";
}

/// <summary>How far a reader has come. Written by whoever holds the lease.</summary>
public sealed record ReaderProgress
{
    /// <summary>Position in the device's log of the newest event that needs no delivery any more.</summary>
    public long Cursor { get; init; }

    public int Delivered { get; init; }

    /// <summary>Tries in vain of the event after the cursor.</summary>
    public int Failures { get; init; }

    /// <summary>Since when nothing has been delivered; null while all is well.</summary>
    public DateTimeOffset? FailingSince { get; init; }

    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>Who is delivering; null where nobody is.</summary>
    public string? LeaseHolder { get; init; }

    public DateTimeOffset LeaseUntil { get; init; }
}

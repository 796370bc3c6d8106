namespace Byon.Platform.Records;

public enum RegistrationState
{
    /// <summary>The row is reserved while the REGISTER is on its way; not visible through the API.</summary>
    Registering,
    Registered,
}

/// <summary>One device registered as one number. Written only by the media node that owns it.</summary>
/// <param name="ClientId">OAuth client that made it. With <paramref name="Subject"/> it decides who may see the row.</param>
/// <param name="NodeId">The node that holds the SIP registration and receives its INVITEs.</param>
public sealed record RegistrationRecord(
    string RegistrationId, string PhoneNumber, string DeviceId, string ClientId, string Subject, string NodeId,
    RegistrationState State, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);

/// <summary>A notification channel of a device (BYON v0.1.2): here of type WebSockets.</summary>
public sealed record ChannelRecord(
    string ChannelId, string PhoneNumber, string DeviceId, string ClientId, string Subject, string ChannelType,
    DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);

public enum NodeState
{
    Starting,
    Ready,
    Draining,
    Gone,
}

/// <summary>Heartbeat row of a media node, written by the node every 5 s; fresh for 12 s.</summary>
/// <param name="ControlUrl">Base address of the control API, reachable by functions only.</param>
/// <param name="Load">Calls and registrations in units of capacity: a call counts 1, a registration 0.01.</param>
public sealed record NodeRecord(
    string NodeId, string ControlUrl, NodeState State, double Load, double Capacity, DateTimeOffset StartedAt, DateTimeOffset HeartbeatAt)
{
    public static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(12);

    public bool IsFresh(DateTimeOffset now) => State != NodeState.Gone && now - HeartbeatAt < FreshFor;
}

/// <summary>What the node needs to register a subscriber in the IMS. Provisioned by the operator; the password is sealed at rest.</summary>
/// <param name="PublicIdentity">IMPU, for example sip:+34600111222@ims.example.</param>
/// <param name="PrivateIdentity">IMPI: the digest user name.</param>
public sealed record SubscriberRecord(string PhoneNumber, string PublicIdentity, string PrivateIdentity, string Password);

namespace Byon.Platform.Records;

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
    /// <summary>Address and port of its SIP socket, as its contacts name it; null where a node of an earlier version wrote the row.</summary>
    public string? SipAddress { get; init; }

    /// <summary>The same of SIP over TLS; null where it has none.</summary>
    public string? SipTlsAddress { get; init; }

    public static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(12);

    public bool IsFresh(DateTimeOffset now) => State != NodeState.Gone && now - HeartbeatAt < FreshFor;
}

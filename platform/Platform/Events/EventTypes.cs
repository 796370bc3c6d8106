using Byon.Platform.Records;

namespace Byon.Platform.Events;

/// <summary>The CloudEvents types we send. The prefix of CAMARA's is the version's: <see cref="ApiVersion.EventTypePrefix"/>.</summary>
public static class EventTypes
{
    public static readonly string SessionInvitation = NameOf(EventKinds.SessionInvitation, EventDialect.Camara);
    public static readonly string SessionStatus = NameOf(EventKinds.SessionStatus, EventDialect.Camara);
    public static readonly string RegistrationEnds = NameOf(EventKinds.RegistrationEnds, EventDialect.Camara);

    /// <summary>Ours: technical steps of a call, on WebSocket channels only.</summary>
    public const string CallMilestone = "org.byon-serverless.call-milestone.v0";

    /// <summary>The type of one kind of event, as a surface names it.</summary>
    public static string NameOf(EventKinds kind, EventDialect dialect) => PrefixOf(dialect) + kind switch
    {
        EventKinds.SessionInvitation => "session-invitation",
        EventKinds.SessionStatus => "session-status",
        EventKinds.RegistrationEnds => "registration-ends",
        EventKinds.LineStatus => "call-status-changed",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not one kind of event."),
    };

    public static string SubscriptionEnded(EventDialect dialect) => PrefixOf(dialect) + "subscription-ended";

    public static EventKinds KindOf(DeviceEventData data) => data switch
    {
        CallEventData { Invitation: true } => EventKinds.SessionInvitation,
        CallEventData => EventKinds.SessionStatus,
        RegistrationEndedData => EventKinds.RegistrationEnds,
        _ => EventKinds.None,
    };

    /// <summary>Whether a reader that asked for these kinds is told of this.</summary>
    public static bool AreTold(EventKinds kinds, DeviceEventData data) =>
        kinds.HasFlag(KindOf(data)) || (kinds.HasFlag(EventKinds.LineStatus) && data is CallEventData { Line: not null });

    private static string? PrefixOf(EventDialect dialect) => dialect switch
    {
        EventDialect.CamaraR22 => ApiVersions.EventsR22.EventTypePrefix,
        EventDialect.CamaraSubscriptions => ApiVersions.EventsSubscriptions.EventTypePrefix,
        EventDialect.CallStatus => ApiVersions.CallStatus.EventTypePrefix,
        _ => ApiVersions.Events.EventTypePrefix,
    };
}

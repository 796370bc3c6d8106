using Byon.Platform.Events;
using Byon.Platform.Records;

namespace Byon.Functions.Surfaces.Camara;

/// <summary>Types of events that can be subscribed to, as each surface names them. subscription-ended cannot.</summary>
internal static class SubscriptionEventTypes
{
    private static readonly EventKinds[] OfCalls = [EventKinds.SessionStatus, EventKinds.SessionInvitation, EventKinds.RegistrationEnds];

    private static readonly EventKinds[] OfStatus = [EventKinds.LineStatus];

    /// <summary>What a surface's subscriptions are about: those about anything else it does not know.</summary>
    public static EventKinds KindsOf(EventDialect dialect) => dialect == EventDialect.CallStatus ? EventKinds.LineStatus : EventKinds.All;

    public static IReadOnlyList<string> Names(EventDialect dialect) => NamesOf(KindsOf(dialect), dialect);

    public static EventKinds Of(IEnumerable<string> types, EventDialect dialect) =>
        Listed(dialect).Where(kind => types.Contains(EventTypes.NameOf(kind, dialect))).Aggregate(EventKinds.None, (all, kind) => all | kind);

    public static IReadOnlyList<string> NamesOf(EventKinds kinds, EventDialect dialect) =>
        [.. Listed(dialect).Where(kind => kinds.HasFlag(kind)).Select(kind => EventTypes.NameOf(kind, dialect))];

    private static EventKinds[] Listed(EventDialect dialect) => dialect == EventDialect.CallStatus ? OfStatus : OfCalls;
}

using Byon.Platform.Records;

namespace Byon.Functions.Surfaces.Camara;

/// <summary>Kinds of events by their names in the API, without the prefix of the version. subscription-ended cannot be subscribed to.</summary>
internal static class SubscriptionEventTypes
{
    private static readonly EventKinds[] Kinds = [EventKinds.SessionStatus, EventKinds.SessionInvitation, EventKinds.RegistrationEnds];

    public static IReadOnlyList<string> Names { get; } = ["session-status", "session-invitation", "registration-ends"];

    public static EventKinds Of(IEnumerable<string> types, string prefix) =>
        types.Aggregate(EventKinds.None, (all, type) => all | Kinds[Names.ToList().IndexOf(type[prefix.Length..])]);

    public static IReadOnlyList<string> NamesOf(EventKinds kinds, string prefix) =>
        [.. Names.Where((_, at) => kinds.HasFlag(Kinds[at])).Select(name => prefix + name)];
}

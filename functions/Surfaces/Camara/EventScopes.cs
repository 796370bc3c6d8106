using Byon.Functions.Security;
using Byon.Platform;
using Byon.Platform.Records;

namespace Byon.Functions.Surfaces.Camara;

/// <summary>
/// Scopes of webrtc-events under either of its names. A subscription needs the create scope of every type it asks for: the
/// definition lists all three as one requirement, which only a client of all three could meet.
/// </summary>
internal static class EventScopes
{
    public static string Read(ApiVersion version) => $"{version.Name}:read";

    public static string Update(ApiVersion version) => $"{version.Name}:update";

    public static string Delete(ApiVersion version) => $"{version.Name}:delete";

    /// <summary>One of these opens the operation.</summary>
    public static IReadOnlyList<string> CreateAny(ApiVersion version, EventDialect dialect) =>
        [.. SubscriptionEventTypes.Names(dialect).Select(type => Create(version, type))];

    /// <summary>The first scope that the caller lacks for these types; null where it has all.</summary>
    public static string? Missing(Caller caller, ApiVersion version, IEnumerable<string> types) =>
        types.Select(type => Create(version, type)).FirstOrDefault(scope => !caller.Scopes.Contains(scope));

    private static string Create(ApiVersion version, string type) => $"{version.Name}:{type}:create";
}

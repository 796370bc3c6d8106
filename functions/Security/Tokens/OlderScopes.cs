namespace Byon.Functions.Security.Tokens;

/// <summary>
/// What tokens issued for an earlier name or release of an API may do under the current one; see
/// <see cref="AuthOptions.AcceptOlderScopes"/>.
/// </summary>
internal static class OlderScopes
{
    /// <summary>API and event types were renamed alike with CAMARA r3.1.</summary>
    private static readonly (string Older, string Newer)[] Renamed = [("webrtc-events", "webrtc-events-subscriptions")];

    /// <summary>r2.2 had no updates. Who may read and delete a subscription gains nothing that making it anew would not give.</summary>
    private static readonly (string Scope, string[] By)[] Implied =
        [("webrtc-events:update", ["webrtc-events:read", "webrtc-events:delete"])];

    public static void Complete(HashSet<string> scopes)
    {
        foreach (var (scope, by) in Implied)
        {
            if (by.All(scopes.Contains))
            {
                scopes.Add(scope);
            }
        }

        foreach (var (older, newer) in Renamed)
        {
            scopes.UnionWith(scopes.Where(scope => scope.StartsWith(older + ":", StringComparison.Ordinal))
                .Select(scope => scope.Replace($"{older}:", $"{newer}:", StringComparison.Ordinal).Replace($".{older}.", $".{newer}.", StringComparison.Ordinal))
                .ToList());
        }
    }
}

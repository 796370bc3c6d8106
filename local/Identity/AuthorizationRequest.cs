namespace Byon.Local.Identity;

/// <summary>A request for a code (RFC 6749 §4.1.1, RFC 7636 §4.3).</summary>
internal sealed record AuthorizationRequest(
    string ClientId, string RedirectUri, string? ResponseType, string? Scope, string? State, string? CodeChallenge, string? ChallengeMethod, string? Nonce)
{
    /// <summary>Null where the client or its redirect address cannot be trusted: then nobody may be sent there, not even with an error.</summary>
    public static AuthorizationRequest? TryRead(IQueryCollection query)
    {
        string? One(string name) => query[name] is [{ Length: > 0 } value] ? value : null;
        return One("client_id") is { } client && DevClients.IsKnown(client) && One("redirect_uri") is { } redirect && IsLoopback(redirect)
            ? new AuthorizationRequest(
                client, redirect, One("response_type"), One("scope"), One("state"), One("code_challenge"), One("code_challenge_method"), One("nonce"))
            : null;
    }

    /// <summary>The error code for the client, and what it means; null for a good request.</summary>
    public (string Code, string Description)? Fault => this switch
    {
        { ResponseType: not "code" } => ("unsupported_response_type", "Only response_type=code is served."),
        { CodeChallenge: not { Length: 43 } } or { ChallengeMethod: not "S256" } => ("invalid_request", "PKCE with code_challenge_method=S256 is required."),
        _ => null,
    };

    /// <summary>What was asked for of what the API has; everything where nothing of it was asked for.</summary>
    public string GrantedScope
    {
        get
        {
            var asked = (Scope ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var granted = DevClients.ApiScopes.Intersect(asked).ToList();
            var ofApi = granted.Count > 0 ? granted : [.. DevClients.ApiScopes];
            return string.Join(' ', asked.Contains("openid") ? ["openid", .. ofApi] : ofApi);
        }
    }

    public string RedirectWith(string name, string value, string? description = null)
    {
        var query = QueryString.Create(name, value);
        query = description is null ? query : query.Add("error_description", description);
        query = State is null ? query : query.Add("state", State);
        return RedirectUri + (RedirectUri.Contains('?', StringComparison.Ordinal) ? "&" + query.Value![1..] : query.Value);
    }

    private static bool IsLoopback(string redirect) =>
        Uri.TryCreate(redirect, UriKind.Absolute, out var uri) && uri is { IsLoopback: true, Fragment: "" } && (uri.Scheme == "http" || uri.Scheme == "https");
}

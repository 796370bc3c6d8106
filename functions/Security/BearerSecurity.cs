using Byon.Functions.Security.Tokens;

namespace Byon.Functions.Security;

/// <summary>Bearer tokens in the Authorization header only (RFC 6750 §2.1).</summary>
internal sealed class BearerSecurity(AccessTokens tokens)
{
    private const string Scheme = "Bearer ";

    /// <param name="scopes">One of these is enough.</param>
    public async Task<(Caller? Caller, Problem? Refusal)> AuthorizeAsync(HttpRequest request, IReadOnlyList<string> scopes, CancellationToken cancel)
    {
        var header = request.Headers.Authorization;
        if (header.Count != 1 || !header[0]!.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return (null, Problems.Unauthenticated());
        }

        var verdict = await tokens.ValidateAsync(header[0]![Scheme.Length..].Trim(), cancel);
        return verdict.Caller is { } caller && !scopes.Any(caller.Scopes.Contains)
            ? (null, Problems.InsufficientScope(string.Join(' ', scopes)))
            : (verdict.Caller, verdict.Refusal);
    }
}

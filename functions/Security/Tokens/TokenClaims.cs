using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Security.Tokens;

/// <summary>Judges what a token says, once it is known that the issuer says it: issuer, audience, times, and who is meant.</summary>
internal sealed partial class TokenClaims(IOptions<AuthOptions> options, TimeProvider clock)
{
    private readonly AuthOptions _options = options.Value;

    /// <summary>Claims of a JWT: iss, aud and exp are to be there (RFC 9068 §2.2).</summary>
    public TokenVerdict JudgeJwt(JsonElement claims) =>
        claims.Text("iss") is null ? TokenVerdict.Invalid("The token is of another issuer")
            : claims.Time("exp") is null ? TokenVerdict.Invalid("The token has expired")
            : Judge(claims, requireAudience: true);

    /// <summary>Members of an introspection response: nearly all are optional (RFC 7662 §2.2), but what is there must fit.</summary>
    public TokenVerdict JudgeIntrospected(JsonElement claims) => Judge(claims, _options.Introspection.RequireAudience);

    private TokenVerdict Judge(JsonElement claims, bool requireAudience)
    {
        var now = clock.GetUtcNow();
        if (claims.Text("iss") is { } issuer && issuer.TrimEnd('/') != _options.Authority.TrimEnd('/'))
        {
            return TokenVerdict.Invalid("The token is of another issuer");
        }

        if ((requireAudience || claims.Has("aud")) && !claims.Texts("aud").Contains(_options.Audience))
        {
            return TokenVerdict.Invalid("The token is for another audience");
        }

        var expiry = claims.Time("exp");
        if (claims.Has("exp") && !(expiry + _options.ClockSkew > now))
        {
            return TokenVerdict.Invalid("The token has expired");
        }

        return claims.Has("nbf") && !(claims.Time("nbf") - _options.ClockSkew <= now)
            ? TokenVerdict.Invalid("The token is not valid yet")
            : Identify(claims, expiry);
    }

    private TokenVerdict Identify(JsonElement claims, DateTimeOffset? expiry)
    {
        if ((claims.Text(_options.ClientIdClaim) ?? claims.Text("azp")) is not { Length: > 0 } client)
        {
            return TokenVerdict.Invalid("The token names no subject or client");
        }

        if (claims.Text(_options.PhoneNumberClaim) is not { Length: > 0 } text)
        {
            // Two-legged: the client speaks for itself (RFC 9068 §2.2: then sub is the client).
            var subjectOfClient = claims.Text(_options.SubjectClaim) ?? client;
            return subjectOfClient.Length > 0
                ? TokenVerdict.Of(new Caller(client, subjectOfClient, null, ScopesOf(claims), expiry) { IsTwoLegged = true })
                : TokenVerdict.Invalid("The token names no subject or client");
        }

        // A number that is wrong must not pass for no number: the client would speak for its whole business.
        var number = text.StartsWith("tel:", StringComparison.OrdinalIgnoreCase) ? text[4..] : text;
        return !PhoneNumber().IsMatch(number) ? TokenVerdict.Invalid("The token's phone number is not in E.164 form")
            : claims.Is("phone_number_verified", false) ? TokenVerdict.Invalid("The token's phone number is not verified")
            : claims.Text(_options.SubjectClaim) is not { Length: > 0 } subject ? TokenVerdict.Invalid("The token names no subject or client")
            : TokenVerdict.Of(new Caller(client, subject, number, ScopesOf(claims), expiry));
    }

    /// <summary>Space-separated (RFC 9068 §2.2.3), or a list as some issuers write it.</summary>
    private HashSet<string> ScopesOf(JsonElement claims)
    {
        HashSet<string> scopes = [.. claims.Texts(_options.ScopeClaim).SelectMany(scopes => scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        if (_options.AcceptOlderScopes)
        {
            OlderScopes.Complete(scopes);
        }

        return scopes;
    }

    [GeneratedRegex(@"^\+[1-9][0-9]{4,14}\z", RegexOptions.CultureInvariant)]
    private static partial Regex PhoneNumber();
}

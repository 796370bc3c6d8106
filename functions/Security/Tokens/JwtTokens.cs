using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Security.Tokens;

/// <summary>Validates JWT access tokens (RFC 7519, RFC 8725, RFC 9068): type, algorithm allow-list, signature, then the claims.</summary>
internal sealed class JwtTokens(IssuerKeys keys, TokenClaims claims, IOptions<AuthOptions> options)
{
    private readonly AuthOptions _options = options.Value;

    public async Task<TokenVerdict> ValidateAsync(string token, CancellationToken cancel)
    {
        if (!TryRead(token, out var header, out var payload, out var signed, out var signature))
        {
            return TokenVerdict.Invalid("The token is malformed");
        }

        // RFC 7515 §4.1.11: an extension we do not know makes the token invalid.
        if (header.Text("alg") is not { } algorithm || !_options.Algorithms.Contains(algorithm) || header.Has("crit"))
        {
            return TokenVerdict.Invalid("The signature algorithm is not accepted");
        }

        if (!IsAccessTokenType(header))
        {
            return TokenVerdict.Invalid("The token is not an access token");
        }

        var candidates = await keys.FindAsync(header.Text("kid"), cancel);
        if (candidates is null)
        {
            return TokenVerdict.Unknown();
        }

        return candidates.Any(key => key.Verifies(algorithm, signed, signature))
            ? claims.JudgeJwt(payload)
            : TokenVerdict.Invalid("The signature is not the issuer's");
    }

    /// <summary>Three parts of which the first is a JOSE header; an opaque token may look like anything else.</summary>
    public static bool LooksLikeOne(string token) =>
        token.Count('.') == 2 && TryParse(token.Split('.')[0], out var header) && header.Has("alg");

    /// <summary>RFC 9068 §2.1, RFC 8725 §3.11. Many issuers write JWT or nothing, but logout tokens and the like name themselves.</summary>
    private static bool IsAccessTokenType(JsonElement header) =>
        !header.Has("typ") || header.Text("typ")?.ToLowerInvariant() is "at+jwt" or "application/at+jwt" or "jwt";

    private static bool TryRead(string token, out JsonElement header, out JsonElement payload, out byte[] signed, out byte[] signature)
    {
        (header, payload, signed, signature) = (default, default, [], []);
        var parts = token.Split('.');
        if (parts.Length != 3 || !Base64Url.IsValid(parts[2]) || !TryParse(parts[0], out header) || !TryParse(parts[1], out payload))
        {
            return false;
        }

        signed = Encoding.ASCII.GetBytes(token[..token.LastIndexOf('.')]);
        signature = Base64Url.DecodeFromChars(parts[2]);
        return true;
    }

    private static bool TryParse(string part, out JsonElement value)
    {
        var parsed = Base64Url.IsValid(part) ? JsonClaims.TryParse(Base64Url.DecodeFromChars(part)) : null;
        value = parsed ?? default;
        return parsed is not null;
    }
}

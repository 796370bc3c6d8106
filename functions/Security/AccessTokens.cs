using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Security;

/// <summary>Validates JWT access tokens (RFC 7519, RFC 8725): algorithm allow-list, signature, issuer, audience, times.</summary>
internal sealed partial class AccessTokens(IssuerKeys keys, IOptions<AuthOptions> options, TimeProvider clock)
{
    private const int MaximumLength = 16 * 1024;

    private readonly AuthOptions _options = options.Value;

    /// <summary>Either who the token speaks for, or why it is not accepted.</summary>
    public async Task<(Caller? Caller, Problem? Refusal)> ValidateAsync(string token, CancellationToken cancel)
    {
        if (!TryRead(token, out var header, out var payload, out var signed, out var signature))
        {
            return (null, Problems.InvalidToken("The token is malformed"));
        }

        // RFC 7515 §4.1.11: an extension we do not know makes the token invalid.
        if (TextOf(header, "alg") is not { } algorithm || !_options.Algorithms.Contains(algorithm) || header.TryGetProperty("crit", out _))
        {
            return (null, Problems.InvalidToken("The signature algorithm is not accepted"));
        }

        var candidates = await keys.FindAsync(TextOf(header, "kid"), cancel);
        if (candidates is null)
        {
            return (null, Problems.Unavailable("The token issuer cannot be reached."));
        }

        return candidates.Any(key => key.Verifies(algorithm, signed, signature))
            ? Judge(payload)
            : (null, Problems.InvalidToken("The signature is not the issuer's"));
    }

    private (Caller?, Problem?) Judge(JsonElement claims)
    {
        var now = clock.GetUtcNow();
        if (TextOf(claims, "iss")?.TrimEnd('/') != _options.Authority.TrimEnd('/'))
        {
            return (null, Problems.InvalidToken("The token is of another issuer"));
        }

        if (!ListOf(claims, "aud").Contains(_options.Audience))
        {
            return (null, Problems.InvalidToken("The token is for another audience"));
        }

        if (TimeOf(claims, "exp") is not { } expiry || expiry + _options.ClockSkew <= now)
        {
            return (null, Problems.InvalidToken("The token has expired"));
        }

        if (TimeOf(claims, "nbf") is { } notBefore && notBefore - _options.ClockSkew > now)
        {
            return (null, Problems.InvalidToken("The token is not valid yet"));
        }

        if (TextOf(claims, "sub") is not { Length: > 0 } subject || ClientOf(claims) is not { Length: > 0 } clientId)
        {
            return (null, Problems.InvalidToken("The token names no subject or client"));
        }

        return (new Caller(clientId, subject, NumberOf(claims), ScopesOf(claims)), null);
    }

    private string? ClientOf(JsonElement claims) => TextOf(claims, _options.ClientIdClaim) ?? TextOf(claims, "azp");

    private string? NumberOf(JsonElement claims) =>
        TextOf(claims, _options.PhoneNumberClaim) is { } number && PhoneNumber().IsMatch(number) ? number : null;

    /// <summary>Space-separated (RFC 9068 §2.2.3), or a list as some issuers write it.</summary>
    private HashSet<string> ScopesOf(JsonElement claims) =>
        [.. ListOf(claims, _options.ScopeClaim).SelectMany(scopes => scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries))];

    private static bool TryRead(string token, out JsonElement header, out JsonElement payload, out byte[] signed, out byte[] signature)
    {
        (header, payload, signed, signature) = (default, default, [], []);
        var parts = token.Split('.');
        if (token.Length > MaximumLength || parts.Length != 3 || !parts.All(part => Base64Url.IsValid(part)))
        {
            return false;
        }

        signed = Encoding.ASCII.GetBytes(token[..token.LastIndexOf('.')]);
        signature = Base64Url.DecodeFromChars(parts[2]);
        return TryParse(parts[0], out header) && TryParse(parts[1], out payload);
    }

    private static bool TryParse(string part, out JsonElement value)
    {
        try
        {
            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(part));
            value = document.RootElement.Clone();
            return value.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            value = default;
            return false;
        }
    }

    private static string? TextOf(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) ? AsText(value) : null;

    private static IEnumerable<string> ListOf(JsonElement claims, string name)
    {
        if (!claims.TryGetProperty(name, out var value))
        {
            return [];
        }

        return value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(AsText).OfType<string>() : AsText(value) is { } one ? [one] : [];
    }

    /// <summary>Null also for text that is not valid Unicode: before the signature is checked anyone may have written it.</summary>
    private static string? AsText(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static DateTimeOffset? TimeOf(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out var seconds) && seconds is >= 0 and < 253402300800
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
            : null;

    [GeneratedRegex(@"^\+[1-9][0-9]{4,14}\z", RegexOptions.CultureInvariant)]
    private static partial Regex PhoneNumber();
}

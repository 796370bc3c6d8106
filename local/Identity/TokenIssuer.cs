using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Byon.Local.Identity;

/// <summary>Writes access tokens (RFC 9068) and id tokens, with keys made at the start.</summary>
internal sealed class TokenIssuer(string issuer, DevIdentityOptions options, TimeProvider clock) : IDisposable
{
    private readonly TokenKey _foreign = new();
    private readonly OpaqueTokenStore _opaque = new();
    private volatile TokenKey _key = new();

    public JsonObject KeySet() => new() { ["keys"] = new JsonArray(_key.PublicJwk()) };

    /// <summary>Signs with a new key from now on; tokens of the old one are no longer the issuer's.</summary>
    public void RotateKey()
    {
        var old = _key;
        _key = new TokenKey();
        old.Dispose();
    }

    /// <summary>From now on an opaque token is not active.</summary>
    public void Revoke(string token) => _opaque.Remove(token);

    public string AccessToken(TokenSpec spec)
    {
        var now = clock.GetUtcNow();
        var claims = new JsonObject
        {
            ["iss"] = spec.Issuer ?? issuer,
            ["sub"] = spec.Subject ?? (spec.PhoneNumber is { } number ? SubjectOf(number) : spec.ClientId),
            ["aud"] = spec.Audience ?? options.Audience,
            ["client_id"] = spec.ClientId,
            ["scope"] = spec.Scope ?? string.Join(' ', DevClients.ApiScopes),
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (spec.ExpiresAt ?? now + options.AccessTokenLifetime).ToUnixTimeSeconds(),
            ["jti"] = Guid.NewGuid().ToString("N"),
        };
        if (spec.PhoneNumber is not null)
            claims["phone_number"] = spec.PhoneNumber;
        if (spec.NotBefore is { } notBefore)
            claims["nbf"] = notBefore.ToUnixTimeSeconds();
        foreach (var (name, value) in spec.Claims ?? [])
        {
            claims.Remove(name);
            if (value is not null)
                claims[name] = value.DeepClone();
        }

        return spec.Opaque ? _opaque.Add(claims) : (spec.ForeignKey ? _foreign : _key).Sign(spec.Type, claims);
    }

    public string IdToken(Grant grant)
    {
        var now = clock.GetUtcNow();
        var claims = new JsonObject
        {
            ["iss"] = issuer,
            ["sub"] = SubjectOf(grant.Subscriber.PhoneNumber),
            ["aud"] = grant.ClientId,
            ["name"] = grant.Subscriber.Name,
            ["phone_number"] = grant.Subscriber.PhoneNumber,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + options.AccessTokenLifetime).ToUnixTimeSeconds(),
        };
        if (grant.Nonce is not null)
            claims["nonce"] = grant.Nonce;
        return _key.Sign("JWT", claims);
    }

    /// <summary>The claims of a token of ours that is still good.</summary>
    public JsonObject? TryOpen(string token) =>
        (_opaque.Find(token) ?? _key.TryOpen(token)) is { } claims && (long?)claims["exp"] > clock.GetUtcNow().ToUnixTimeSeconds() ? claims : null;

    public void Dispose()
    {
        _foreign.Dispose();
        _key.Dispose();
    }

    /// <summary>Stable over restarts, and not the number itself.</summary>
    private static string SubjectOf(string phoneNumber) =>
        $"sub-{Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(phoneNumber)))[..16]}";
}

using System.Security.Cryptography;

namespace Byon.Functions.Push.Apns;

/// <summary>The provider authentication token: Apple takes one for an hour and does not like to see a new one within 20 minutes.</summary>
internal sealed class ApnsProviderToken(ApnsOptions options, TimeProvider clock)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(50);
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(20);

    private readonly ECParameters? _key = ReadKey(options.Key);
    private readonly Lock _gate = new();
    private (string Token, DateTimeOffset IssuedAt)? _current;

    /// <summary>Null where the PEM, or the file of that path, holds no private key of P-256.</summary>
    public static ECParameters? ReadKey(string pemOrPath)
    {
        try
        {
            var pem = pemOrPath.Contains("-----BEGIN", StringComparison.Ordinal) ? pemOrPath : File.ReadAllText(pemOrPath);
            using var key = ECDsa.Create();
            key.ImportFromPem(pem);
            return key.KeySize == 256 ? key.ExportParameters(includePrivateParameters: true) : null;
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    public string Get()
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            if (_current is not { } current || now - current.IssuedAt >= Lifetime)
            {
                _current = current = (Sign(now), now);
            }

            return current.Token;
        }
    }

    /// <summary>Apple calls it expired: our clock may be off. True where a new one may be tried.</summary>
    public bool TryRenew()
    {
        lock (_gate)
        {
            if (_current is { } current && clock.GetUtcNow() - current.IssuedAt < Shortest)
            {
                return false;
            }

            _current = null;
            return true;
        }
    }

    private string Sign(DateTimeOffset now)
    {
        using var key = ECDsa.Create(_key!.Value);
        return SignedJwt.Es256(key, options.KeyId, json =>
        {
            json.WriteString("iss", options.TeamId);
            json.WriteNumber("iat", now.ToUnixTimeSeconds());
        });
    }
}

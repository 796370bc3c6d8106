using System.Buffers.Text;
using System.Security.Cryptography;

namespace Byon.Functions.Push.WebPush;

/// <summary>The key pair that identifies us to browsers' push services.</summary>
internal sealed class VapidKey
{
    /// <summary>RFC 8292 §2 allows a day; less leaves room for clocks that differ.</summary>
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(12);

    private readonly ECParameters _key;

    private VapidKey(ECParameters key, string publicKey)
    {
        _key = key;
        PublicKey = publicKey;
    }

    /// <summary>In base64url without padding, as the Authorization header's k.</summary>
    public string PublicKey { get; }

    /// <summary>Null where the texts are no keys, or the keys no pair.</summary>
    public static VapidKey? TryRead(string publicKey, string privateKey)
    {
        if (P256.DecodedOrNull(publicKey) is not { } point || P256.DecodedOrNull(privateKey) is not { Length: 32 } secret
            || P256.PointOrNull(point) is not { } q)
        {
            return null;
        }

        try
        {
            var key = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = q, D = secret };
            using var signer = ECDsa.Create(key);
            using var verifier = ECDsa.Create(key with { D = null });
            var probe = signer.SignData(point, HashAlgorithmName.SHA256);
            return verifier.VerifyData(point, probe, HashAlgorithmName.SHA256) ? new VapidKey(key, Base64Url.EncodeToString(point)) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>The Authorization header's parameters for a push service (RFC 8292 §3): a token for its origin, and our public key.</summary>
    public string Authorize(Uri endpoint, string subject, DateTimeOffset now)
    {
        using var signer = ECDsa.Create(_key);
        var token = SignedJwt.Es256(signer, keyId: null, json =>
        {
            json.WriteString("aud", endpoint.GetLeftPart(UriPartial.Authority));
            json.WriteNumber("exp", (now + TokenLifetime).ToUnixTimeSeconds());
            json.WriteString("sub", subject);
        });
        return $"t={token}, k={PublicKey}";
    }
}

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Byon.Functions.Security.Tokens;

/// <summary>A public key of the issuer (RFC 7517, RFC 7518 §6): RSA of at least 2048 bits, or EC P-256.</summary>
internal sealed class SigningKey
{
    private const int MinimumRsaBytes = 256;

    private readonly RSAParameters? _rsa;
    private readonly ECParameters? _ec;

    private SigningKey(string? id, string? algorithm, RSAParameters? rsa, ECParameters? ec)
    {
        Id = id;
        Algorithm = algorithm;
        _rsa = rsa;
        _ec = ec;
    }

    public string? Id { get; }

    /// <summary>The one algorithm the key is for, where the issuer says so.</summary>
    public string? Algorithm { get; }

    public static bool IsKnownAlgorithm(string algorithm) => algorithm is "RS256" or "PS256" or "ES256";

    /// <summary>Null for a key that is not ours to use: another type, curve or purpose, too short, or malformed.</summary>
    public static SigningKey? TryRead(JsonElement jwk)
    {
        if (jwk.ValueKind != JsonValueKind.Object || jwk.Text("use") is not (null or "sig"))
        {
            return null;
        }

        var (id, algorithm) = (jwk.Text("kid"), jwk.Text("alg"));
        switch (jwk.Text("kty"))
        {
            case "RSA" when BytesOf(jwk, "n") is { Length: >= MinimumRsaBytes } modulus && BytesOf(jwk, "e") is { Length: > 0 } exponent:
                return new SigningKey(id, algorithm, new RSAParameters { Modulus = modulus, Exponent = exponent }, null);
            case "EC" when jwk.Text("crv") == "P-256" && BytesOf(jwk, "x") is { Length: 32 } x && BytesOf(jwk, "y") is { Length: 32 } y:
                var point = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } };
                return new SigningKey(id, algorithm, null, point);
            default:
                return null;
        }
    }

    /// <summary>Checks a JWS signature (RFC 7518 §3). False also where key and algorithm do not go together.</summary>
    public bool Verifies(string algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        if (Algorithm is not null && Algorithm != algorithm)
        {
            return false;
        }

        try
        {
            return algorithm switch
            {
                "RS256" when _rsa is { } key => VerifiesRsa(key, signed, signature, RSASignaturePadding.Pkcs1),
                "PS256" when _rsa is { } key => VerifiesRsa(key, signed, signature, RSASignaturePadding.Pss),
                "ES256" when _ec is { } key => VerifiesEc(key, signed, signature),
                _ => false,
            };
        }
        catch (CryptographicException)
        {
            // The issuer published a point off the curve or a modulus that is no modulus.
            return false;
        }
    }

    private static bool VerifiesRsa(RSAParameters key, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature, RSASignaturePadding padding)
    {
        using var rsa = RSA.Create(key);
        return rsa.VerifyData(signed, signature, HashAlgorithmName.SHA256, padding);
    }

    private static bool VerifiesEc(ECParameters key, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        using var ec = ECDsa.Create(key);
        return ec.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    private static byte[]? BytesOf(JsonElement jwk, string name)
    {
        var text = jwk.Text(name);
        return text is not null && Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : null;
    }
}

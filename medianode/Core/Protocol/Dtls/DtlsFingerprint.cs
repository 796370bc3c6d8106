using System.Security.Cryptography;

namespace Byon.MediaNode.Core.Protocol.Dtls;

/// <summary>A certificate fingerprint (RFC 8122 §5): hash name in lower case, digest in upper-case hex pairs with colons.</summary>
public sealed record DtlsFingerprint(string HashFunction, string Value)
{
    private const int MaxValueLength = SHA512.HashSizeInBytes * 3 - 1;

    /// <summary>Reads "sha-256 AB:CD:…"; null for a hash this node does not compute, or a digest that is not of its length.</summary>
    public static DtlsFingerprint? Parse(string text)
    {
        var fields = text.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (fields.Length != 2 || DigestLength(fields[0].ToLowerInvariant()) is not { } length) return null;
        var value = fields[1];
        if (value.Length != (length * 3) - 1) return null;
        for (var i = 0; i < value.Length; i++)
        {
            if (i % 3 == 2 ? value[i] != ':' : !char.IsAsciiHexDigit(value[i])) return null;
        }
        return new DtlsFingerprint(fields[0].ToLowerInvariant(), value.ToUpperInvariant());
    }

    /// <summary>The fingerprint of a certificate in DER.</summary>
    public static DtlsFingerprint Of(ReadOnlySpan<byte> certificate, string hashFunction = "sha-256")
    {
        Span<char> text = stackalloc char[MaxValueLength];
        return new DtlsFingerprint(hashFunction, text[..Write(certificate, hashFunction, text)].ToString());
    }

    /// <summary>Whether this certificate (DER) is the one the fingerprint names.</summary>
    public bool Matches(ReadOnlySpan<byte> certificate)
    {
        Span<char> text = stackalloc char[MaxValueLength];
        return Value.AsSpan().SequenceEqual(text[..Write(certificate, HashFunction, text)]);
    }

    /// <summary>Writes a certificate's digest as it stands in a description; returns how long that is.</summary>
    private static int Write(ReadOnlySpan<byte> certificate, string hashFunction, Span<char> text)
    {
        Span<byte> digest = stackalloc byte[SHA512.HashSizeInBytes];
        var length = hashFunction switch
        {
            "sha-256" => SHA256.HashData(certificate, digest),
            "sha-384" => SHA384.HashData(certificate, digest),
            "sha-512" => SHA512.HashData(certificate, digest),
            _ => throw new ArgumentOutOfRangeException(nameof(hashFunction)),
        };
        for (var i = 0; i < length; i++)
        {
            Convert.TryToHexString(digest.Slice(i, 1), text[(i * 3)..], out _);
            if (i < length - 1) text[i * 3 + 2] = ':';
        }

        return length * 3 - 1;
    }

    private static int? DigestLength(string hashFunction) => hashFunction switch
    {
        "sha-256" => SHA256.HashSizeInBytes,
        "sha-384" => SHA384.HashSizeInBytes,
        "sha-512" => SHA512.HashSizeInBytes,
        _ => null,
    };
}

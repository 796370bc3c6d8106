using System.Buffers.Text;
using System.Security.Cryptography;

namespace Byon.Functions.Push.WebPush;

/// <summary>Points of P-256 as Web Push writes them: uncompressed (X9.62), in base64url.</summary>
internal static class P256
{
    public const int PointSize = 65;
    private const byte Uncompressed = 4;
    private const int CoordinateSize = 32;

    public static byte[]? DecodedOrNull(string text) =>
        Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : null;

    /// <summary>Null where it has not the form of a point; whether it lies on the curve is found at import.</summary>
    public static ECPoint? PointOrNull(ReadOnlySpan<byte> encoded) =>
        encoded.Length == PointSize && encoded[0] == Uncompressed
            ? new ECPoint { X = encoded.Slice(1, CoordinateSize).ToArray(), Y = encoded[(1 + CoordinateSize)..].ToArray() }
            : null;

    public static byte[] Encode(ECPoint point) => [Uncompressed, .. point.X!, .. point.Y!];

    /// <summary>Null where the bytes are no point of the curve: nothing may be agreed upon with such a key.</summary>
    public static ECDiffieHellman? PublicKeyOrNull(ReadOnlySpan<byte> encoded)
    {
        if (PointOrNull(encoded) is not { } point)
        {
            return null;
        }

        try
        {
            return ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = point });
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}

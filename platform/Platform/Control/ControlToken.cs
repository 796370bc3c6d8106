using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Byon.Platform.Control;

/// <summary>The bearer token of the control API: HS256 (RFC 7515) with the pool's key, audience the node's id, valid for one minute.</summary>
public static class ControlToken
{
    private const int LongestToken = 1_024;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);
    private static readonly string Header = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8);

    public static string Create(ReadOnlySpan<byte> poolKey, string nodeId, DateTimeOffset now)
    {
        var claims = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(claims))
        {
            json.WriteStartObject();
            json.WriteString("aud", nodeId);
            json.WriteNumber("iat", now.ToUnixTimeSeconds());
            json.WriteNumber("exp", (now + Lifetime).ToUnixTimeSeconds());
            json.WriteEndObject();
        }

        var signed = Header + "." + Base64Url.EncodeToString(claims.WrittenSpan);
        return signed + "." + Base64Url.EncodeToString(Signature(poolKey, signed));
    }

    /// <summary>Checks signature (in constant time), audience and time with 30 s of skew.</summary>
    public static bool IsValid(ReadOnlySpan<byte> poolKey, string nodeId, string token, DateTimeOffset now)
    {
        if (token.Length > LongestToken || token.LastIndexOf('.') is var end && end < 0)
            return false;
        // Only our own header passes, so the algorithm is not the sender's choice.
        if (!token.StartsWith(Header + ".", StringComparison.Ordinal) || end <= Header.Length)
            return false;
        if (!TryDecode(token.AsSpan(end + 1), out var signature) || !CryptographicOperations.FixedTimeEquals(signature, Signature(poolKey, token[..end])))
            return false;
        return TryDecode(token.AsSpan(Header.Length + 1, end - Header.Length - 1), out var claims) && AreValid(claims, nodeId, now);
    }

    private static byte[] Signature(ReadOnlySpan<byte> poolKey, string signed) => HMACSHA256.HashData(poolKey, Encoding.ASCII.GetBytes(signed));

    private static bool TryDecode(ReadOnlySpan<char> text, out byte[] octets)
    {
        octets = [];
        if (!Base64Url.IsValid(text, out var length))
            return false;
        octets = new byte[length];
        // The decoder passes over padding and white space, which RFC 7515 does not know.
        return Base64Url.TryDecodeFromChars(text, octets, out _) && text.SequenceEqual(Base64Url.EncodeToString(octets));
    }

    private static bool AreValid(byte[] claims, string nodeId, DateTimeOffset now)
    {
        // The signature is ours, so the claims are as Create wrote them.
        using var json = JsonDocument.Parse(claims);
        var issued = DateTimeOffset.FromUnixTimeSeconds(json.RootElement.GetProperty("iat").GetInt64());
        var expires = DateTimeOffset.FromUnixTimeSeconds(json.RootElement.GetProperty("exp").GetInt64());
        return json.RootElement.GetProperty("aud").ValueEquals(nodeId) && issued - Skew <= now && now < expires + Skew;
    }
}

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Byon.Local.WebPubSub;

/// <summary>A token the service accepted.</summary>
internal sealed record ServiceToken(string? UserId, IReadOnlyList<string> Roles, IReadOnlyList<string> Groups)
{
    private const int LongestToken = 16 * 1024;

    /// <summary>HS256 with the access key's text, times in order, and one of the audiences, whatever its case.</summary>
    public static ServiceToken? Check(string token, string accessKey, DateTimeOffset now, params string[] audiences)
    {
        var parts = token.Split('.');
        if (token.Length > LongestToken || parts.Length != 3 || !TryDecode(parts[2], out var signature))
            return null;
        var expected = HMACSHA256.HashData(Encoding.UTF8.GetBytes(accessKey), Encoding.UTF8.GetBytes(parts[0] + "." + parts[1]));
        if (!CryptographicOperations.FixedTimeEquals(signature, expected) || !TryDecode(parts[0], out var header) || !TryDecode(parts[1], out var claims))
            return null;
        try
        {
            using var head = JsonDocument.Parse(header);
            using var json = JsonDocument.Parse(claims);
            return Text(head.RootElement, "alg") == "HS256" && AreCurrent(json.RootElement, now) && Names(json.RootElement, audiences)
                ? new ServiceToken(Text(json.RootElement, "sub"), Texts(json.RootElement, "role"), Texts(json.RootElement, "webpubsub.group"))
                : null;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static bool AreCurrent(JsonElement claims, DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds();
        return claims.TryGetProperty("exp", out var expires) && expires.GetInt64() > seconds
            && (!claims.TryGetProperty("nbf", out var notBefore) || notBefore.GetInt64() <= seconds + 60);
    }

    private static bool Names(JsonElement claims, string[] audiences) =>
        Texts(claims, "aud").Any(audience => audiences.Contains(audience, StringComparer.OrdinalIgnoreCase));

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static string[] Texts(JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var value))
            return [];
        return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(item => item.GetString() ?? "")] : [value.GetString() ?? ""];
    }

    private static bool TryDecode(string text, out byte[] octets)
    {
        octets = [];
        if (!Base64Url.IsValid(text, out var length))
            return false;
        octets = new byte[length];
        return Base64Url.TryDecodeFromChars(text, octets, out _);
    }
}

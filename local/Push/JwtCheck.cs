using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Byon.Local.Push;

/// <summary>A JWT taken apart; its signature is checked with the key the receiver knows.</summary>
internal sealed record JwtCheck(JsonElement Header, JsonElement Claims, byte[] Signed, byte[] Signature)
{
    public static JwtCheck? Parse(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3 || !parts.All(part => Base64Url.IsValid(part)))
        {
            return null;
        }

        try
        {
            return new JwtCheck(
                Json(parts[0]), Json(parts[1]), Encoding.ASCII.GetBytes(parts[0] + "." + parts[1]), Base64Url.DecodeFromChars(parts[2]));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public string? Text(string claim) => Claims.TryGetProperty(claim, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public string? HeaderText(string name) => Header.TryGetProperty(name, out var value) ? value.GetString() : null;

    public DateTimeOffset? Time(string claim) =>
        Claims.TryGetProperty(claim, out var value) && value.TryGetInt64(out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    public bool IsEs256By(ECParameters publicKey)
    {
        using var key = ECDsa.Create(publicKey);
        return HeaderText("alg") == "ES256" && key.VerifyData(Signed, Signature, HashAlgorithmName.SHA256);
    }

    public bool IsRs256By(RSA key) =>
        HeaderText("alg") == "RS256" && key.VerifyData(Signed, Signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    private static JsonElement Json(string part) => JsonSerializer.Deserialize<JsonElement>(Base64Url.DecodeFromChars(part));
}

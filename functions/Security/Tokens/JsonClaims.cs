using System.Text.Json;

namespace Byon.Functions.Security.Tokens;

/// <summary>Reading members of what an issuer, or anybody who says so, wrote. A member of another type is a missing one.</summary>
internal static class JsonClaims
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    /// <summary>A JSON object; null for anything else. A member twice is none (RFC 7515 §4): two readers could see different ones.</summary>
    public static JsonElement? TryParse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static string? Text(this JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) ? AsText(value) : null;

    /// <summary>One text, or a list of texts.</summary>
    public static IEnumerable<string> Texts(this JsonElement claims, string name)
    {
        if (!claims.TryGetProperty(name, out var value))
        {
            return [];
        }

        return value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(AsText).OfType<string>() : AsText(value) is { } one ? [one] : [];
    }

    /// <summary>NumericDate of RFC 7519 §2.</summary>
    public static DateTimeOffset? Time(this JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
        && value.TryGetDouble(out var seconds) && seconds is >= 0 and < 253402300800
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
            : null;

    public static bool Is(this JsonElement claims, string name, bool expected) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == (expected ? JsonValueKind.True : JsonValueKind.False);

    public static bool Has(this JsonElement claims, string name) => claims.TryGetProperty(name, out _);

    /// <summary>Null also for text that is not valid Unicode: before a signature is checked anyone may have written it.</summary>
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
}

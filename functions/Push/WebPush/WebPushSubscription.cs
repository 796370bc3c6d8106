using System.Text.Json;

namespace Byon.Functions.Push.WebPush;

/// <summary>A browser's PushSubscription (W3C Push API): where to send, and the keys that only this browser can open messages with.</summary>
/// <param name="PublicKey">keys.p256dh: a point of P-256, uncompressed.</param>
/// <param name="AuthSecret">keys.auth: 16 bytes (RFC 8291 §3.2).</param>
internal sealed record WebPushSubscription(Uri Endpoint, byte[] PublicKey, byte[] AuthSecret)
{
    private const int AuthSecretSize = 16;

    /// <summary>What PushSubscription.toJSON() gives. Null, and the member at fault, where it is something else.</summary>
    public static WebPushSubscription? Parse(string json, out string fault)
    {
        fault = "";
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 4 });
            var root = document.RootElement;
            var keys = root.TryGetProperty("keys", out var found) && found.ValueKind == JsonValueKind.Object ? found : default;
            if (TextOf(root, "endpoint") is not { } text || !Uri.TryCreate(text, UriKind.Absolute, out var endpoint))
            {
                fault = "endpoint is not an absolute URI";
                return null;
            }

            if (P256.DecodedOrNull(TextOf(keys, "p256dh") ?? "") is not { } publicKey || !IsOnCurve(publicKey))
            {
                fault = "keys.p256dh is no point of P-256 in base64url";
                return null;
            }

            if (P256.DecodedOrNull(TextOf(keys, "auth") ?? "") is not { Length: AuthSecretSize } secret)
            {
                fault = "keys.auth is not 16 bytes in base64url";
                return null;
            }

            return new WebPushSubscription(endpoint, publicKey, secret);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            fault = "it is not the JSON of a PushSubscription";
            return null;
        }
    }

    private static bool IsOnCurve(byte[] encoded)
    {
        using var key = P256.PublicKeyOrNull(encoded);
        return key is not null;
    }

    private static string? TextOf(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}

using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Azure.Messaging.WebPubSub;

/// <summary>The service's JWT, HS256 with the access key (the key's text is the key, it is not decoded).</summary>
internal static class WebPubSubToken
{
    private static readonly string Header = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8);

    public static string Create(
        AzureKeyCredential key, string audience, DateTimeOffset now, TimeSpan lifetime,
        string? userId = null, IEnumerable<string>? roles = null, IEnumerable<string>? groups = null)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("aud", audience);
            json.WriteNumber("nbf", now.ToUnixTimeSeconds());
            json.WriteNumber("iat", now.ToUnixTimeSeconds());
            json.WriteNumber("exp", (now + lifetime).ToUnixTimeSeconds());
            if (userId is not null)
                json.WriteString("sub", userId);
            WriteList(json, "role", roles);
            WriteList(json, "webpubsub.group", groups);
            json.WriteEndObject();
        }

        var text = Header + "." + Base64Url.EncodeToString(buffer.WrittenSpan);
        return text + "." + Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key.Key), Encoding.UTF8.GetBytes(text)));
    }

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string>? values)
    {
        if (values is null)
            return;
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}

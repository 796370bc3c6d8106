using System.Text.Json;
using System.Text.Json.Serialization;

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>An address in a saved dialog is its text.</summary>
public sealed class SipUriJsonConverter : JsonConverter<SipUri>
{
    public override SipUri Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        SipUri.TryParse(reader.GetString(), out var uri) ? uri : throw new JsonException("Not a SIP address.");

    public override void Write(Utf8JsonWriter writer, SipUri value, JsonSerializerOptions options) => writer.WriteStringValue(value.Text);
}

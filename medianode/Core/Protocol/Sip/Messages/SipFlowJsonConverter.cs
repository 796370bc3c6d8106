using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>A flow in a saved dialog reads "Udp 192.0.2.1:5060".</summary>
public sealed class SipFlowJsonConverter : JsonConverter<SipFlow>
{
    public override SipFlow Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var words = (reader.GetString() ?? "").Split(' ');
        if (words.Length == 2 && Enum.TryParse(words[0], out SipTransport transport) && IPEndPoint.TryParse(words[1], out var remote))
        {
            return new SipFlow(transport, remote);
        }

        throw new JsonException("Not a SIP flow.");
    }

    public override void Write(Utf8JsonWriter writer, SipFlow value, JsonSerializerOptions options) =>
        writer.WriteStringValue($"{value.Transport} {value.Remote}");
}

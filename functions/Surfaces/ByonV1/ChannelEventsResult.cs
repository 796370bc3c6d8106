using System.Globalization;
using System.Text.Json;
using Byon.Functions.Channels;
using Byon.Platform.Events;

namespace Byon.Functions.Surfaces.ByonV1;

/// <summary>A page of the device's log, each event byte for byte as the WebSocket carries it.</summary>
internal sealed class ChannelEventsResult(ChannelEvents page) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        await using var json = new Utf8JsonWriter(httpContext.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteStartArray("events");
        foreach (var entry in page.Events)
        {
            json.WriteRawValue(CloudEventWriter.Write(entry), skipInputValidation: true);
        }

        json.WriteEndArray();
        json.WriteString("cursor", page.Cursor.ToString(CultureInfo.InvariantCulture));
        json.WriteBoolean("more", page.More);
        json.WriteEndObject();
    }
}

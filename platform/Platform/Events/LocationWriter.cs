using System.Globalization;
using System.Text.Json;
using Byon.Platform.Records;

namespace Byon.Platform.Events;

/// <summary>A location as LocationDetails of webrtc-call-handling and webrtc-events.</summary>
internal static class LocationWriter
{
    public static void Write(Utf8JsonWriter json, CallLocation location)
    {
        json.WriteStartObject("locationDetails");
        json.WriteString("shape", location.Ellipsoid is null ? "Circle" : "Ellipsoid");
        json.WriteStartObject("coordinates");
        if (location.Circle is { } circle)
        {
            json.WriteNumber("latitude", circle.Latitude);
            json.WriteNumber("longitude", circle.Longitude);
            json.WriteNumber("radius", circle.Radius);
        }
        else if (location.Ellipsoid is { } ellipsoid)
        {
            json.WriteNumber("latitude", ellipsoid.Latitude);
            json.WriteNumber("longitude", ellipsoid.Longitude);
            json.WriteNumber("zAxis", ellipsoid.ZAxis);
            json.WriteNumber("semiMajorAxis", ellipsoid.SemiMajorAxis);
            json.WriteNumber("semiMinorAxis", ellipsoid.SemiMinorAxis);
            json.WriteNumber("verticalAxis", ellipsoid.VerticalAxis);
            json.WriteNumber("orientation", ellipsoid.Orientation);
        }

        json.WriteEndObject();
        if (location.Method is { } method)
            json.WriteString("method", method);
        WriteConfidence(json, location.Confidence);
        if (location.Timestamp is { } time)
            json.WriteString("timestamp", time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }

    private static void WriteConfidence(Utf8JsonWriter json, LocationConfidence? confidence)
    {
        if (confidence is null)
            return;
        json.WriteStartObject("confidence");
        if (confidence.Pdf is { } pdf)
            json.WriteString("pdf", pdf);
        if (confidence.Value is { } value)
            json.WriteNumber("value", value);
        json.WriteEndObject();
    }
}

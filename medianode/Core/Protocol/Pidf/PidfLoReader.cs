using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Byon.MediaNode.Core.Protocol.Pidf;

/// <summary>
/// Reads the first location of a PIDF-LO that has a shape we know: Circle, Ellipsoid, and as circles Point, Sphere and
/// Ellipse (RFC 5491 §5.2). The document is foreign: without DTD, of bounded length, and never a reason to throw.
/// </summary>
public static class PidfLoReader
{
    public const int LongestDocument = 16 * 1024;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = LongestDocument,
        CloseInput = true,
    };

    public static bool TryRead(ReadOnlySpan<byte> document, [NotNullWhen(true)] out GeoLocation? location)
    {
        location = null;
        if (document.IsEmpty || document.Length > LongestDocument || Parse(document) is not { } root) return false;
        foreach (var info in Named(root, "location-info", PidfNames.Geopriv))
        {
            var shape = info.Elements().Select(ReadShape).FirstOrDefault(read => read is not null);
            if (shape is null) continue;
            location = new GeoLocation(shape, MethodOf(info), ConfidenceOf(info), TimestampOf(info));
            return true;
        }

        return false;
    }

    /// <summary>Decoded here as UTF-8, so that no encoding the document names is looked for.</summary>
    private static XElement? Parse(ReadOnlySpan<byte> document)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(Encoding.UTF8.GetString(document).TrimStart('\uFEFF')), Settings);
            return XElement.Load(reader);
        }
        catch (XmlException)
        {
            return null;
        }
    }

    private static GeoShape? ReadShape(XElement element)
    {
        var position = PositionOf(element);
        if (position is not [var latitude, var longitude, ..] || Math.Abs(latitude) > 90 || Math.Abs(longitude) > 180) return null;
        return element.Name.LocalName switch
        {
            "Point" => new GeoCircle(latitude, longitude, 0),
            "Circle" or "Sphere" when Length(element, "radius") is { } radius => new GeoCircle(latitude, longitude, radius),
            "Ellipse" when Length(element, "semiMajorAxis") is { } radius => new GeoCircle(latitude, longitude, radius),
            "Ellipsoid" when position is [_, _, var altitude]
                && Length(element, "semiMajorAxis") is { } major && Length(element, "semiMinorAxis") is { } minor
                && Length(element, "verticalAxis") is { } vertical && Angle(element, "orientation") is { } orientation =>
                new GeoEllipsoid(latitude, longitude, altitude, major, minor, vertical, orientation),
            _ => null,
        };
    }

    /// <summary>Latitude, longitude and, in space, altitude; any other reference system is unreadable.</summary>
    private static double[]? PositionOf(XElement shape)
    {
        var system = (string?)shape.Attribute("srsName") ?? PidfNames.Wgs84Plane;
        if (system is not (PidfNames.Wgs84Plane or PidfNames.Wgs84Space)) return null;
        var text = shape.Elements().FirstOrDefault(child => child.Name.LocalName == "pos")?.Value;
        if (text is null) return null;
        var numbers = text.Split((char[]?)null, 4, StringSplitOptions.RemoveEmptyEntries).Select(Number).ToArray();
        return numbers.Length is 2 or 3 && numbers.All(number => number is not null) ? [.. numbers.OfType<double>()] : null;
    }

    private static double? Length(XElement shape, string name) =>
        Measure(shape, name, PidfNames.Metre, out var unit) is { } length and >= 0 && unit == PidfNames.Metre ? length : null;

    private static double? Angle(XElement shape, string name) => Measure(shape, name, PidfNames.Degree, out var unit) is not { } angle ? null : unit switch
    {
        PidfNames.Degree => angle,
        PidfNames.Radian => angle * 180 / Math.PI,
        _ => null,
    };

    private static double? Measure(XElement shape, string name, string usual, out string unit)
    {
        var element = shape.Elements().FirstOrDefault(child => child.Name.LocalName == name);
        unit = (string?)element?.Attribute("uom") ?? usual;
        return element is null ? null : Number(element.Value);
    }

    private static string? MethodOf(XElement info) =>
        info.Parent?.Element(XName.Get("method", PidfNames.Geopriv))?.Value.Trim() is { Length: > 0 and <= 32 } method ? method : null;

    private static GeoConfidence? ConfidenceOf(XElement info)
    {
        var element = info.Element(XName.Get("confidence", PidfNames.Confidence));
        var pdf = (string?)element?.Attribute("pdf") ?? "unknown";
        return element is not null && pdf.Length <= 32 && Number(element.Value) is { } percent and >= 0 and <= 100 ? new GeoConfidence(pdf, percent) : null;
    }

    /// <summary>It stands with the device, person or tuple that the location belongs to.</summary>
    private static DateTimeOffset? TimestampOf(XElement info)
    {
        foreach (var ancestor in info.Ancestors())
        {
            var element = ancestor.Elements().FirstOrDefault(child => child.Name.LocalName == "timestamp");
            if (element is null) continue;
            return DateTimeOffset.TryParse(
                element.Value.Trim(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
                ? time
                : null;
        }

        return null;
    }

    private static IEnumerable<XElement> Named(XElement root, string name, string space) => root.Descendants(XName.Get(name, space));

    private static double? Number(string text) =>
        double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;
}

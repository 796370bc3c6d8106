using System.Globalization;
using System.Text;
using System.Xml;

namespace Byon.MediaNode.Core.Protocol.Pidf;

/// <summary>Writes a location as a PIDF-LO: one device, one location (RFC 4119, RFC 4479, RFC 5491 §3, RFC 7459).</summary>
public static class PidfLoWriter
{
    private static readonly XmlWriterSettings Settings = new() { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) };

    /// <param name="entity">URI of who the document is about; for a withheld identity one that tells nothing.</param>
    /// <param name="device">Identifies the device (RFC 4479 §3.4).</param>
    public static byte[] Write(GeoLocation location, string entity, Guid device)
    {
        var document = new MemoryStream();
        using (var xml = XmlWriter.Create(document, Settings))
        {
            xml.WriteStartElement("presence", PidfNames.Pidf);
            xml.WriteAttributeString("xmlns", "dm", null, PidfNames.DataModel);
            xml.WriteAttributeString("xmlns", "gp", null, PidfNames.Geopriv);
            xml.WriteAttributeString("xmlns", "gml", null, PidfNames.Gml);
            xml.WriteAttributeString("xmlns", "gs", null, PidfNames.Shapes);
            xml.WriteAttributeString("entity", entity);
            WriteDevice(xml, location, device);
            xml.WriteEndElement();
        }

        return document.ToArray();
    }

    private static void WriteDevice(XmlWriter xml, GeoLocation location, Guid device)
    {
        xml.WriteStartElement("device", PidfNames.DataModel);
        xml.WriteAttributeString("id", "device");
        xml.WriteStartElement("geopriv", PidfNames.Geopriv);
        xml.WriteStartElement("location-info", PidfNames.Geopriv);
        WriteShape(xml, location.Shape);
        if (location.Confidence is { } confidence)
        {
            xml.WriteStartElement("confidence", PidfNames.Confidence);
            xml.WriteAttributeString("pdf", confidence.Pdf);
            xml.WriteString(Number(confidence.Percent));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
        xml.WriteElementString("usage-rules", PidfNames.Geopriv, null);
        if (location.Method is { } method) xml.WriteElementString("method", PidfNames.Geopriv, method);
        xml.WriteEndElement();
        xml.WriteElementString("deviceID", PidfNames.DataModel, $"urn:uuid:{device:D}");
        if (location.Timestamp is { } time)
        {
            xml.WriteElementString(
                "timestamp", PidfNames.DataModel, time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }

        xml.WriteEndElement();
    }

    private static void WriteShape(XmlWriter xml, GeoShape shape)
    {
        switch (shape)
        {
            case GeoCircle circle:
                Begin("Circle", PidfNames.Wgs84Plane, circle.Latitude, circle.Longitude);
                Measure("radius", PidfNames.Metre, circle.Radius);
                break;
            case GeoEllipsoid ellipsoid:
                Begin("Ellipsoid", PidfNames.Wgs84Space, ellipsoid.Latitude, ellipsoid.Longitude, ellipsoid.Altitude);
                Measure("semiMajorAxis", PidfNames.Metre, ellipsoid.SemiMajorAxis);
                Measure("semiMinorAxis", PidfNames.Metre, ellipsoid.SemiMinorAxis);
                Measure("verticalAxis", PidfNames.Metre, ellipsoid.VerticalAxis);
                Measure("orientation", PidfNames.Degree, ellipsoid.Orientation);
                break;
        }

        xml.WriteEndElement();

        void Begin(string name, string system, params double[] position)
        {
            xml.WriteStartElement(name, PidfNames.Shapes);
            xml.WriteAttributeString("srsName", system);
            xml.WriteElementString("pos", PidfNames.Gml, string.Join(' ', position.Select(Number)));
        }

        void Measure(string name, string unit, double value)
        {
            xml.WriteStartElement(name, PidfNames.Shapes);
            xml.WriteAttributeString("uom", unit);
            xml.WriteString(Number(value));
            xml.WriteEndElement();
        }
    }

    /// <summary>As xs:double without an exponent, which some readers do not take.</summary>
    private static string Number(double value) => value.ToString("0.#########", CultureInfo.InvariantCulture);
}

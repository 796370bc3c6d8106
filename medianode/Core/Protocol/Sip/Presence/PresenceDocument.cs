using System.Text;
using System.Xml;
using Byon.MediaNode.Core.Protocol.Pidf;

namespace Byon.MediaNode.Core.Protocol.Sip.Presence;

/// <summary>Writes what a device publishes: it can be reached, and whether its user is on the phone (RFC 3863, RFC 4479, RFC 4480).</summary>
internal static class PresenceDocument
{
    public const string MediaType = "application/pidf+xml";

    private const string Rpid = "urn:ietf:params:xml:ns:pidf:rpid";

    private static readonly XmlWriterSettings Settings = new() { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) };

    /// <param name="device">Tells the tuples of one number's devices apart.</param>
    public static byte[] Write(SipUri entity, Guid device, bool isOnThePhone)
    {
        var document = new MemoryStream();
        using (var xml = XmlWriter.Create(document, Settings))
        {
            xml.WriteStartElement("presence", PidfNames.Pidf);
            xml.WriteAttributeString("entity", entity.Text);
            xml.WriteStartElement("tuple", PidfNames.Pidf);
            xml.WriteAttributeString("id", $"t{device:N}");
            xml.WriteStartElement("status", PidfNames.Pidf);
            xml.WriteElementString("basic", PidfNames.Pidf, "open");
            xml.WriteEndElement();
            xml.WriteElementString("contact", PidfNames.Pidf, entity.Text);
            xml.WriteEndElement();
            if (isOnThePhone)
            {
                xml.WriteStartElement("dm", "person", PidfNames.DataModel);
                xml.WriteAttributeString("id", $"p{device:N}");
                xml.WriteStartElement("rpid", "activities", Rpid);
                xml.WriteElementString("on-the-phone", Rpid, null);
                xml.WriteEndElement();
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        return document.ToArray();
    }
}

using System.Globalization;
using System.Text;
using System.Xml;

namespace Byon.MediaNode.Core.Protocol.Sip.Presence;

/// <summary>Writes application/dialog-info+xml (RFC 4235 §4).</summary>
internal static class DialogInfo
{
    public const string MediaType = "application/dialog-info+xml";

    private const string Namespace = "urn:ietf:params:xml:ns:dialog-info";

    private static readonly XmlWriterSettings Settings = new() { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) };

    /// <param name="isFull">All dialogs of the entity; otherwise those that changed since the last version.</param>
    public static byte[] Write(SipUri entity, uint version, bool isFull, IEnumerable<DialogView> dialogs)
    {
        var document = new MemoryStream();
        using (var xml = XmlWriter.Create(document, Settings))
        {
            xml.WriteStartElement("dialog-info", Namespace);
            xml.WriteAttributeString("version", version.ToString(CultureInfo.InvariantCulture));
            xml.WriteAttributeString("state", isFull ? "full" : "partial");
            xml.WriteAttributeString("entity", entity.Text);
            foreach (var dialog in dialogs)
            {
                xml.WriteStartElement("dialog", Namespace);
                xml.WriteAttributeString("id", dialog.Id);
                if (dialog.CallId is not null) xml.WriteAttributeString("call-id", dialog.CallId);
                if (dialog.LocalTag is not null) xml.WriteAttributeString("local-tag", dialog.LocalTag);
                if (dialog.RemoteTag is not null) xml.WriteAttributeString("remote-tag", dialog.RemoteTag);
                xml.WriteAttributeString("direction", dialog.IsInitiator ? "initiator" : "recipient");
                xml.WriteElementString("state", Namespace, dialog.State.ToString().ToLowerInvariant());
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        return document.ToArray();
    }
}

using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Byon.MediaNode.Core.Protocol.Sip.Registrations;

/// <summary>What the registrar says became of one contact (RFC 3680 §5.2).</summary>
/// <param name="Event">registered, refreshed, shortened, expired, deactivated, probation, unregistered, rejected, …</param>
/// <param name="RetryAfter">With probation: when to come back.</param>
public sealed record ContactFate(bool IsTerminated, string Event, TimeSpan? Expires, TimeSpan? RetryAfter);

/// <summary>
/// Reads application/reginfo+xml. The document is foreign: without DTD, of bounded length, and never a reason to throw.
/// </summary>
public static class RegistrationInfo
{
    public const int LongestDocument = 32 * 1024;

    private static readonly XNamespace Names = "urn:ietf:params:xml:ns:reginfo";

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = LongestDocument,
    };

    /// <summary>Null where the document is not readable or does not speak of this contact.</summary>
    public static ContactFate? Find(ReadOnlySpan<byte> document, SipUri contact)
    {
        if (document.IsEmpty || document.Length > LongestDocument || Parse(document) is not { } root) return null;
        ContactFate? fate = null;
        foreach (var element in root.Elements(Names + "registration").Elements(Names + "contact"))
        {
            if (!SipUri.TryParse(element.Element(Names + "uri")?.Value.Trim(), out var uri) || !uri.NamesSameContact(contact)) continue;
            var read = Read(element);
            // One contact may be bound to several identities; it is gone when it is gone for all of them.
            if (fate is null || !read.IsTerminated) fate = read;
        }

        return fate;
    }

    private static ContactFate Read(XElement contact) => new(
        (string?)contact.Attribute("state") == "terminated", (string?)contact.Attribute("event") ?? "",
        Seconds(contact.Attribute("expires")), Seconds(contact.Attribute("retry-after")));

    private static TimeSpan? Seconds(XAttribute? attribute) =>
        uint.TryParse(attribute?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;

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
}

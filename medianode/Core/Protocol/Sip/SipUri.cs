using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using System.Text.Json.Serialization;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip;

/// <summary>A SIP, SIPS, TEL, URN or other absolute address (RFC 3261 §19.1, RFC 3966, RFC 8141). Always well-formed.</summary>
[JsonConverter(typeof(SipUriJsonConverter))]
public sealed record SipUri
{
    private readonly SipUriParts _parts;

    /// <summary>For text that is known to be an address; use <see cref="TryParse"/> for what others sent.</summary>
    public SipUri(string text)
    {
        if (!SipUriParser.TryParse(text, out var parts)) throw new ArgumentException("Not a SIP, TEL or URN address.", nameof(text));
        (Text, _parts) = (text, parts);
    }

    private SipUri(string text, SipUriParts parts) => (Text, _parts) = (text, parts);

    public string Text { get; }

    /// <summary>Lower case, without the colon.</summary>
    public string Scheme => _parts.Scheme;

    public bool IsSip => Scheme is "sip" or "sips";

    /// <summary>The user part as written, without a password; the number of a tel: address; null where there is none.</summary>
    public string? User => _parts.User;

    /// <summary>Empty for addresses that are not sip: or sips:. An IPv6 address stands in brackets.</summary>
    public string Host => _parts.Host;

    /// <summary>0 where none is written.</summary>
    public int Port => _parts.Port;

    public SipParameters Parameters => _parts.Parameters;

    /// <summary>What follows the question mark, undecoded; empty where there is none.</summary>
    public string Headers => _parts.Headers;

    /// <summary>The transport parameter in lower case, null where there is none.</summary>
    public string? Transport => Parameters["transport"]?.ToLowerInvariant();

    /// <summary>A loose router (RFC 3261 §16.12).</summary>
    public bool IsLooseRouter => Parameters.Has("lr");

    /// <summary>
    /// The telephone number of a tel: address or of a user part that is one: digits, *, # and a leading plus, without
    /// visual separators and parameters. Null where the user is not a number.
    /// </summary>
    public string? TelephoneNumber
    {
        get
        {
            if (User is not { Length: > 0 } user) return null;
            var number = new StringBuilder(user.Length);
            foreach (var c in Uri.UnescapeDataString(user.Split(';')[0]))
            {
                if (c is '-' or '.' or '(' or ')') continue;
                if (!(char.IsAsciiDigit(c) || c is '*' or '#' || (c == '+' && number.Length == 0))) return null;
                number.Append(c);
            }

            return number.Length > 0 ? number.ToString() : null;
        }
    }

    public static bool TryParse(string? text, [NotNullWhen(true)] out SipUri? uri)
    {
        uri = text is not null && SipUriParser.TryParse(text, out var parts) ? new SipUri(text, parts) : null;
        return uri is not null;
    }

    /// <summary>The address and port where the host is an IP literal: nothing is resolved here.</summary>
    public bool TryGetEndPoint([NotNullWhen(true)] out IPEndPoint? endPoint)
    {
        endPoint = IsSip && IPAddress.TryParse(Host, out var address)
            ? new IPEndPoint(address, Port != 0 ? Port : Scheme == "sips" ? 5061 : 5060)
            : null;
        return endPoint is not null;
    }

    /// <summary>Whether both name the same contact: scheme, user, host and port (the part of RFC 3261 §19.1.4 that registrars keep).</summary>
    public bool NamesSameContact(SipUri other) =>
        Scheme == other.Scheme && User == other.User && Port == other.Port &&
        string.Equals(Host, other.Host, StringComparison.OrdinalIgnoreCase);

    public bool Equals(SipUri? other) => other is not null && Text == other.Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Text;
}

using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.MediaNode.Core.Calls;

/// <summary>Between the addresses of the API (tel:, sip:, urn:service:sos) and those of the IMS.</summary>
public static class PartyAddress
{
    public const string Anonymous = "sip:anonymous@anonymous.invalid";

    /// <summary>
    /// Request-URI for an address of the API: a number becomes a SIP address of the home network with user=phone
    /// (RFC 3261 §19.1.6), everything else stays. Null: not an address.
    /// </summary>
    public static SipUri? ToRequestUri(string address, string homeDomain)
    {
        if (!SipUri.TryParse(address, out var uri)) return null;
        if (uri.Scheme != "tel") return uri;
        var number = address["tel:".Length..].Replace("#", "%23", StringComparison.Ordinal);
        return SipUri.TryParse($"sip:{number}@{homeDomain};user=phone", out var target) ? target : null;
    }

    /// <summary>
    /// Address of the API for a party named by the IMS. The API's patterns know neither ports, IP hosts nor user=phone, so
    /// every number becomes tel:, and what still does not fit is anonymous.
    /// </summary>
    public static string FromIms(SipUri uri, bool isWithheld)
    {
        if (isWithheld) return Anonymous;
        if (uri.TelephoneNumber is { } number && number.StartsWith('+')) return $"tel:{number}";
        if (uri.User is not { Length: > 0 } user || !uri.Host.Contains('.', StringComparison.Ordinal)) return Anonymous;
        return char.IsAsciiLetter(uri.Host[^1]) ? $"sip:{user}@{uri.Host}" : Anonymous;
    }

    public static string OfNumber(string phoneNumber) => $"tel:{phoneNumber}";
}

using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.MediaNode.Core.Calls;

/// <summary>Between the addresses of the API (tel:, sip:, urn:service:sos) and those of the IMS.</summary>
public static class PartyAddress
{
    public const string Anonymous = "sip:anonymous@anonymous.invalid";

    private const string PhoneContext = "phone-context";
    private const int LongestLocalNumber = 15;
    private const int LongestContext = 128;

    /// <summary>
    /// Request-URI for an address of the API: a number becomes a SIP address of the home network with user=phone
    /// (RFC 3261 §19.1.6), everything else stays. Null: not an address.
    /// </summary>
    public static SipUri? ToRequestUri(string address, string homeDomain)
    {
        if (!SipUri.TryParse(address, out var uri)) return null;
        // A SIP address has no place for an unescaped #, which local numbers may hold.
        var escaped = address.Replace("#", "%23", StringComparison.Ordinal);
        var text = uri.Scheme == "tel" ? $"sip:{escaped["tel:".Length..]}@{homeDomain};user=phone" : escaped;
        return SipUri.TryParse(text, out var target) ? target : null;
    }

    /// <summary>
    /// Address of the API for a party named by the IMS. The API's patterns know neither ports, IP hosts nor user=phone, so
    /// every number becomes tel:, and what still does not fit is anonymous.
    /// </summary>
    public static string FromIms(SipUri uri, bool isWithheld)
    {
        if (isWithheld) return Anonymous;
        if (uri.TelephoneNumber is { } number)
        {
            if (number.StartsWith('+')) return $"tel:{number}";
            if (number.Length <= LongestLocalNumber && ContextOf(uri) is { } context) return $"tel:{number};phone-context={context}";
        }

        if (uri.User is not { Length: > 0 } user || !uri.Host.Contains('.', StringComparison.Ordinal)) return Anonymous;
        return char.IsAsciiLetter(uri.Host[^1]) ? $"sip:{user}@{uri.Host}" : Anonymous;
    }

    /// <summary>Where a local number is meant (RFC 3966 §5.1.5), as far as the API's pattern can say it: a prefix, or a domain with a dot.</summary>
    private static string? ContextOf(SipUri uri)
    {
        var context = uri.Parameters[PhoneContext];
        if (uri.IsSip)
        {
            var name = $";{PhoneContext}=";
            var at = uri.User!.IndexOf(name, StringComparison.OrdinalIgnoreCase);
            context = at < 0 ? null : uri.User[(at + name.Length)..].Split(';')[0];
        }

        if (context is not { Length: > 0 and <= LongestContext }) return null;
        var isPrefix = context[0] == '+' && context.Length > 1 && context.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0;
        return isPrefix || (context.Contains('.', StringComparison.Ordinal) && Array.TrueForAll(context.Split('.'), IsLabel)) ? context : null;
    }

    private static bool IsLabel(string label) =>
        label.Length > 0 && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    public static string OfNumber(string phoneNumber) => $"tel:{phoneNumber}";
}

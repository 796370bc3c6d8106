using System.Buffers;
using System.Globalization;
using System.Net;

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>The SIP-URI, SIPS-URI, telephone-subscriber and absoluteURI productions of RFC 3261 §25.1 and RFC 3966 §3.</summary>
internal static class SipUriParser
{
    private const int MaxLength = 2048;

    private static readonly SearchValues<char> PhoneDigits = SearchValues.Create("0123456789-.()*#ABCDEFabcdef");

    public static bool TryParse(string text, out SipUriParts parts)
    {
        parts = default;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || text.Length > MaxLength || !IsScheme(text.AsSpan(0, colon)) || !HasOnlyUriCharacters(text)) return false;
        var scheme = text[..colon].ToLowerInvariant();
        var rest = text[(colon + 1)..];
        return scheme switch
        {
            "sip" or "sips" => TryParseSip(scheme, rest, out parts),
            "tel" => TryParseTel(rest, out parts),
            _ => TryParseOpaque(scheme, rest, out parts),
        };
    }

    private static bool TryParseSip(string scheme, string rest, out SipUriParts parts)
    {
        parts = default;
        string? user = null;
        // The user part may hold ; and ? (§25.1 user-unreserved), so the @ is looked for before those.
        var at = rest.LastIndexOf('@');
        if (at >= 0)
        {
            var userInfo = rest[..at];
            if (userInfo.Contains('@', StringComparison.Ordinal)) return false;
            var password = userInfo.IndexOf(':', StringComparison.Ordinal);
            user = password >= 0 ? userInfo[..password] : userInfo;
            if (user.Length == 0) return false;
            rest = rest[(at + 1)..];
        }

        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var headers = question >= 0 ? rest[(question + 1)..] : "";
        if (question >= 0) rest = rest[..question];
        var semicolon = rest.IndexOf(';', StringComparison.Ordinal);
        var hostPort = semicolon >= 0 ? rest[..semicolon] : rest;
        var parameters = SipParameters.Empty;
        if (semicolon >= 0 && !SipParameters.TryParse(rest.AsSpan(semicolon), out parameters)) return false;
        if (!TryParseHostPort(hostPort, out var host, out var port)) return false;
        parts = new SipUriParts(scheme, user, host, port, parameters, headers);
        return true;
    }

    /// <summary>hostport of §25.1, also used by Via: an absent port is 0.</summary>
    public static bool TryParseHostPort(string text, out string host, out int port)
    {
        (host, port) = ("", 0);
        var bracket = text.LastIndexOf(']');
        var colon = text.IndexOf(':', bracket < 0 ? 0 : bracket);
        if (colon >= 0 && (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is 0 or > 65535))
        {
            return false;
        }

        host = colon >= 0 ? text[..colon] : text;
        return host.StartsWith('[') ? host.EndsWith(']') && IPAddress.TryParse(host, out _) : IsHostName(host);
    }

    private static bool TryParseTel(string rest, out SipUriParts parts)
    {
        parts = default;
        var semicolon = rest.IndexOf(';', StringComparison.Ordinal);
        var number = semicolon >= 0 ? rest[..semicolon] : rest;
        var parameters = SipParameters.Empty;
        if (semicolon >= 0 && !SipParameters.TryParse(rest.AsSpan(semicolon), out parameters)) return false;
        var digits = number.StartsWith('+') ? number.AsSpan(1) : number;
        if (digits.IsEmpty || digits.ContainsAnyExcept(PhoneDigits)) return false;
        parts = new SipUriParts("tel", number, "", 0, parameters, "");
        return true;
    }

    private static bool TryParseOpaque(string scheme, string rest, out SipUriParts parts)
    {
        parts = new SipUriParts(scheme, null, "", 0, SipParameters.Empty, "");
        return rest.Length > 0;
    }

    private static bool IsScheme(ReadOnlySpan<char> scheme)
    {
        if (!char.IsAsciiLetter(scheme[0])) return false;
        foreach (var c in scheme)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('+' or '-' or '.')) return false;
        }

        return true;
    }

    private static bool IsHostName(string host)
    {
        if (host.Length is 0 or > 255) return false;
        foreach (var c in host)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_')) return false;
        }

        return true;
    }

    private static bool HasOnlyUriCharacters(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is <= ' ' or >= '\x7f' or '<' or '>' or '"') return false;
            if (c != '%') continue;
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2])) return false;
        }

        return true;
    }
}

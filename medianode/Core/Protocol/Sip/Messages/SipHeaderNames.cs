namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>Compact forms (RFC 3261 §7.3.3 and the IANA list) and the headers that stand once.</summary>
internal static class SipHeaderNames
{
    private static readonly Dictionary<char, string> Compact = new()
    {
        ['a'] = "Accept-Contact",
        ['b'] = "Referred-By",
        ['c'] = "Content-Type",
        ['d'] = "Request-Disposition",
        ['e'] = "Content-Encoding",
        ['f'] = "From",
        ['i'] = "Call-ID",
        ['j'] = "Reject-Contact",
        ['k'] = "Supported",
        ['l'] = "Content-Length",
        ['m'] = "Contact",
        ['o'] = "Event",
        ['r'] = "Refer-To",
        ['s'] = "Subject",
        ['t'] = "To",
        ['u'] = "Allow-Events",
        ['v'] = "Via",
        ['x'] = "Session-Expires",
    };

    private static readonly HashSet<string> Single = new(StringComparer.OrdinalIgnoreCase)
    {
        "From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Length", "Content-Type",
    };

    public static string Expand(string name) =>
        name.Length == 1 && Compact.TryGetValue(char.ToLowerInvariant(name[0]), out var full) ? full : name;

    public static bool StandsOnce(string name) => Single.Contains(name);
}

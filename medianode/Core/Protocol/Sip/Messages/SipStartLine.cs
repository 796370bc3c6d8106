using System.Globalization;

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>Request-Line and Status-Line (RFC 3261 §7.1, §7.2).</summary>
internal static class SipStartLine
{
    private const string Version = "SIP/2.0";

    public static SipRejection TryParse(string line, out SipMessage? message)
    {
        message = null;
        if (line.StartsWith("SIP/", StringComparison.OrdinalIgnoreCase)) return TryParseStatusLine(line, out message);
        var words = line.Split(' ');
        if (words.Length != 3 || !SipScanner.IsToken(words[0])) return SipRejection.BadStartLine;
        if (!words[2].Equals(Version, StringComparison.OrdinalIgnoreCase))
        {
            return words[2].StartsWith("SIP/", StringComparison.OrdinalIgnoreCase) ? SipRejection.UnsupportedVersion : SipRejection.BadStartLine;
        }

        if (!SipUri.TryParse(words[1], out var uri)) return SipRejection.BadRequestUri;
        message = new SipRequest(words[0], uri);
        return SipRejection.None;
    }

    private static SipRejection TryParseStatusLine(string line, out SipMessage? message)
    {
        message = null;
        var words = line.Split(' ', 3);
        if (!words[0].Equals(Version, StringComparison.OrdinalIgnoreCase)) return SipRejection.UnsupportedVersion;
        if (words.Length < 2 || words[1].Length != 3) return SipRejection.BadStartLine;
        if (!int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var status) || status is < 100 or > 699) return SipRejection.BadStartLine;
        message = new SipResponse(status, words.Length == 3 ? words[2] : "");
        return SipRejection.None;
    }
}

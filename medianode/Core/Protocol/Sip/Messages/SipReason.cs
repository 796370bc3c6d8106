using System.Globalization;

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>Values of the Reason header (RFC 3326).</summary>
internal static class SipReason
{
    public static string AnsweredElsewhere { get; } = Of(200, "Call completed elsewhere");

    public static string Of(int cause, string text) =>
        $"SIP;cause={cause.ToString(CultureInfo.InvariantCulture)};text={SipScanner.Quote(text)}";
}

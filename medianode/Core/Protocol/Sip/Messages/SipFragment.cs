using System.Globalization;
using System.Text;

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>message/sipfrag (RFC 3420): the status line by which a NOTIFY tells how a referred call goes (RFC 3515 §2.4.5).</summary>
internal static class SipFragment
{
    public const string ContentType = "message/sipfrag";

    private const string Version = "SIP/2.0 ";

    public static ReadOnlyMemory<byte> Write(int status) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Version}{status} {SipPhrases.Of(status)}\r\n"));

    /// <summary>The status; null where the body does not begin with a status line.</summary>
    public static int? Read(ReadOnlySpan<byte> body)
    {
        if (body.Length < Version.Length + 3 || !Ascii.EqualsIgnoreCase(body[..Version.Length], Version)) return null;
        var digits = body.Slice(Version.Length, 3);
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 100 and < 700 ? status : null;
    }
}

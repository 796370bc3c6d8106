using System.Globalization;

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>Session-Expires (RFC 4028 §4).</summary>
/// <param name="IsRefreshedByServer">The refresher parameter: the side that answers this request (uas); null where none is named.</param>
public readonly record struct SessionExpiresHeader(TimeSpan Interval, bool? IsRefreshedByServer)
{
    /// <summary>Null where the header is absent or malformed.</summary>
    public static SessionExpiresHeader? Of(SipMessage message)
    {
        if (message.Headers["Session-Expires"] is not { } text) return null;
        var semicolon = text.IndexOf(';', StringComparison.Ordinal);
        var number = (semicolon < 0 ? text : text[..semicolon]).Trim(' ', '\t');
        if (!uint.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return null;
        var parameters = SipParameters.Empty;
        if (semicolon >= 0 && !SipParameters.TryParse(text.AsSpan(semicolon), out parameters)) return null;
        return new SessionExpiresHeader(TimeSpan.FromSeconds(seconds), parameters["refresher"]?.ToLowerInvariant() switch
        {
            "uas" => true,
            "uac" => false,
            _ => null,
        });
    }

    public override string ToString()
    {
        var seconds = ((long)Interval.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return IsRefreshedByServer switch { null => seconds, true => $"{seconds};refresher=uas", false => $"{seconds};refresher=uac" };
    }
}

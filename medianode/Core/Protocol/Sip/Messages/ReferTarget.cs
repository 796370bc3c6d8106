using System.Diagnostics.CodeAnalysis;

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>Whom a REFER wants called (RFC 3515 §2.1), and which call there the new one takes the place of (RFC 3891 §4).</summary>
/// <param name="Uri">Without the headers that Refer-To carried.</param>
public sealed record ReferTarget(SipUri Uri, ReplacesHeader? Replaces)
{
    private const string ReferTo = "Refer-To";
    private const int LongestHeaders = 2048;

    /// <param name="refusal">What the REFER is answered with where it names nobody we could call; else 0.</param>
    public static bool TryRead(SipRequest refer, [NotNullWhen(true)] out ReferTarget? target, out int refusal)
    {
        (target, refusal) = (null, 400);
        if (refer.Headers.Values(ReferTo) is not [var only] || !NameAddress.TryParse(only, out var address)) return false;
        var uri = address.Uri;
        if (!uri.IsSip && uri.Scheme != "tel")
        {
            refusal = 416;
            return false;
        }

        // Any other method is not ours to send for somebody else (RFC 3515 §2.4.2).
        if (uri.Parameters["method"] is { } method && method != SipMethods.Invite)
        {
            refusal = 603;
            return false;
        }

        if (!TryReadReplaces(uri.Headers, out var replaces) || !TryStrip(uri, out var plain)) return false;
        (target, refusal) = (new ReferTarget(plain, replaces), 0);
        return true;
    }

    /// <summary>Value of Refer-To; the headers of the INVITE that is asked for are escaped into the address (RFC 3261 §19.1.1).</summary>
    public static string Write(SipUri uri, params ReadOnlySpan<SipHeader> headers)
    {
        var text = uri.Text;
        for (var i = 0; i < headers.Length; i++)
        {
            text += $"{(i == 0 ? '?' : '&')}{headers[i].Name}={System.Uri.EscapeDataString(headers[i].Value)}";
        }

        return $"<{text}>";
    }

    /// <summary>False where there is a Replaces that cannot be read: calling without it would be another call than the one asked for.</summary>
    private static bool TryReadReplaces(string headers, out ReplacesHeader? replaces)
    {
        replaces = null;
        if (headers.Length > LongestHeaders) return false;
        foreach (var header in headers.Split('&'))
        {
            var equals = header.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0 || !header.AsSpan(0, equals).Equals(ReplacesHeader.Name, StringComparison.OrdinalIgnoreCase)) continue;
            if (replaces is not null || !ReplacesHeader.TryParse(System.Uri.UnescapeDataString(header[(equals + 1)..]), out replaces)) return false;
        }

        return true;
    }

    private static bool TryStrip(SipUri uri, [NotNullWhen(true)] out SipUri? plain)
    {
        var question = uri.Headers.Length == 0 ? -1 : uri.Text.IndexOf('?', StringComparison.Ordinal);
        var text = question < 0 ? uri.Text : uri.Text[..question];
        if (uri.Parameters.Has("method")) text = text.Replace(";method=INVITE", "", StringComparison.OrdinalIgnoreCase);
        return SipUri.TryParse(text, out plain);
    }
}

using System.Diagnostics.CodeAnalysis;

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>Replaces (RFC 3891 §6.1): the dialog that a new INVITE takes the place of, as its receiver sees it.</summary>
/// <param name="ToTag">The receiver's own tag.</param>
/// <param name="FromTag">The tag of the peer that is replaced.</param>
/// <param name="EarlyOnly">Only while it is unanswered.</param>
public sealed record ReplacesHeader(string CallId, string ToTag, string FromTag, bool EarlyOnly = false)
{
    public const string Name = "Replaces";

    private const int LongestCallId = 512;

    public static bool TryParse(string? text, [NotNullWhen(true)] out ReplacesHeader? replaces)
    {
        replaces = null;
        if (text is null) return false;
        var semicolon = text.IndexOf(';', StringComparison.Ordinal);
        if (semicolon < 0 || !SipParameters.TryParse(text.AsSpan(semicolon), out var parameters)) return false;
        var callId = text[..semicolon].Trim(' ', '\t');
        if (!IsCallId(callId)) return false;
        if (parameters["to-tag"] is not { } toTag || !SipScanner.IsToken(toTag)) return false;
        if (parameters["from-tag"] is not { } fromTag || !SipScanner.IsToken(fromTag)) return false;
        replaces = new ReplacesHeader(callId, toTag, fromTag, parameters.Has("early-only"));
        return true;
    }

    public override string ToString() => $"{CallId};to-tag={ToTag};from-tag={FromTag}{(EarlyOnly ? ";early-only" : "")}";

    private static bool IsCallId(string text) =>
        text.Length is > 0 and <= LongestCallId && text.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0;
}

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>What every message must carry (RFC 3261 §8.1.1, §20): the accessors of <see cref="SipMessage"/> rely on it.</summary>
internal static class SipMessageRules
{
    private const int MaxCallId = 512;

    public static SipRejection Check(SipMessage message)
    {
        var headers = message.Headers;
        if (headers["Via"] is null || headers["From"] is null || headers["To"] is null || headers["Call-ID"] is null || headers["CSeq"] is null)
        {
            return SipRejection.MissingHeader;
        }

        if (!message.TryGetVia(out var via)) return SipRejection.BadVia;
        // Transactions are matched by branch alone; peers older than RFC 3261 are not served (§17.2.3).
        if (via.Branch?.StartsWith(ViaHeader.MagicCookie, StringComparison.OrdinalIgnoreCase) != true) return SipRejection.MissingBranch;
        if (!message.TryGetFrom(out var from) || string.IsNullOrEmpty(from.Tag)) return SipRejection.BadFrom;
        if (!message.TryGetTo(out _)) return SipRejection.BadTo;
        if (!IsCallId(message.CallId)) return SipRejection.BadCallId;
        if (!message.TryGetCSeq(out var cseq)) return SipRejection.BadCSeq;
        return message is SipRequest request && request.Method != cseq.Method ? SipRejection.CSeqMethodMismatch : SipRejection.None;
    }

    private static bool IsCallId(string text) =>
        text.Length is > 0 and <= MaxCallId && !text.AsSpan().ContainsAnyInRange('\0', ' ');
}

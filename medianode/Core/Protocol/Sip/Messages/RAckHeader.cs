using System.Globalization;

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>RAck (RFC 3262 §7.2): which provisional response a PRACK acknowledges.</summary>
/// <param name="RSeq">Its RSeq.</param>
/// <param name="CSeq">Its CSeq, the one of the INVITE.</param>
public readonly record struct RAckHeader(uint RSeq, CSeqHeader CSeq)
{
    public static bool TryParse(string? text, out RAckHeader rack)
    {
        rack = default;
        var trimmed = (text ?? "").Trim(' ', '\t');
        var space = trimmed.IndexOfAny([' ', '\t']);
        if (space < 0) return false;
        if (!uint.TryParse(trimmed.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture, out var rseq)) return false;
        if (!CSeqHeader.TryParse(trimmed[space..], out var cseq)) return false;
        rack = new RAckHeader(rseq, cseq);
        return true;
    }

    public override string ToString() => $"{RSeq} {CSeq}";
}

using System.Globalization;

namespace Byon.MediaNode.Core.Protocol.Sip.Messages;

/// <summary>CSeq (RFC 3261 §20.16): the number is below 2^31 (§8.1.1.5).</summary>
public readonly record struct CSeqHeader(uint Number, string Method)
{
    public static bool TryParse(string? text, out CSeqHeader cseq)
    {
        cseq = default;
        if (text is null) return false;
        var words = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 2 || !SipScanner.IsToken(words[1])) return false;
        if (!uint.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > int.MaxValue) return false;
        cseq = new CSeqHeader(number, words[1]);
        return true;
    }

    public override string ToString() => $"{Number} {Method}";
}

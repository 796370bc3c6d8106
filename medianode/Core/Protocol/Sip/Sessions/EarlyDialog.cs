using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>One early dialog of our INVITE (RFC 3261 §12.1.2): a phone that rings, or a proxy that plays something.</summary>
internal sealed class EarlyDialog(SipDialog dialog)
{
    private uint? _lastRSeq;

    public SipDialog Dialog { get; set; } = dialog;

    /// <summary>The newest SDP of its responses: the answer to our offer. Null again once an UPDATE agreed on something else.</summary>
    public string? Answer { get; set; }

    /// <summary>The answer came reliably: either side may offer again before the 2xx (RFC 3311 §5.1).</summary>
    public bool IsAnswered { get; private set; }

    public uint NextCSeq()
    {
        Dialog = Dialog with { LocalCSeq = Dialog.LocalCSeq + 1 };
        return Dialog.LocalCSeq;
    }

    public SipRequest Request(string method) => Dialog.Request(method, NextCSeq());

    /// <summary>
    /// RFC 3262 §4: the first number is any, each next one is one higher. False for a response that came again or out of
    /// order: it is not acknowledged and not looked at.
    /// </summary>
    public bool TryTake(SipResponse reliable, out RAckHeader rack)
    {
        rack = new RAckHeader(reliable.Number("RSeq") ?? 0, reliable.CSeq);
        if (rack.RSeq == 0 || (_lastRSeq is { } last && rack.RSeq != last + 1)) return false;
        _lastRSeq = rack.RSeq;
        IsAnswered |= reliable.Sdp is not null;
        return true;
    }
}

using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.Local.Ims;

/// <summary>One copy of a forwarded request on its way to one target.</summary>
internal sealed class ForwardBranch(TransactionLayer transactions, ForwardedRequest context, SipRequest request, SipFlow flow) : ITransactionUser
{
    private bool _isProceeding;
    private bool _isCancelled;
    private string? _reason;

    public ITimed? Timed => context;

    /// <summary>Its final response came, or never will.</summary>
    public bool IsFinal { get; set; }

    public void Start(Instant now)
    {
        request.Headers.Prepend("Via", transactions.NewVia(flow));
        transactions.Send(now, request, flow, this);
    }

    /// <summary>CANCEL, at once or when the first provisional response allows it (§9.1).</summary>
    public void Cancel(Instant now, string? reason)
    {
        if (IsFinal || _isCancelled || request.Method != SipMethods.Invite) return;
        (_isCancelled, _reason) = (true, reason);
        if (_isProceeding) SendCancel(now);
    }

    public void Receive(Instant now, SipRequest sent, SipResponse response)
    {
        if (sent.Method == SipMethods.Cancel) return;
        var isFirst = !_isProceeding;
        _isProceeding = true;
        if (response.IsProvisional && isFirst && _isCancelled) SendCancel(now);
        context.Receive(now, this, response);
    }

    public void TimedOut(Instant now, SipRequest sent)
    {
        if (sent.Method != SipMethods.Cancel) context.Failed(now, this, 408);
    }

    public void Unreachable(Instant now, SipRequest sent)
    {
        if (sent.Method != SipMethods.Cancel) context.Failed(now, this, 503);
    }

    private void SendCancel(Instant now)
    {
        var cancel = new SipRequest(SipMethods.Cancel, request.Uri);
        cancel.Headers.Add("Via", request.Headers.FirstValue("Via")!);
        cancel.Headers.Add("Max-Forwards", "70");
        foreach (var name in (string[])["From", "To", "Call-ID"]) cancel.Headers.Add(name, request.Headers[name]!);
        cancel.Headers.Add("CSeq", $"{request.CSeq.Number} CANCEL");
        if (_reason is not null) cancel.Headers.Add("Reason", _reason);
        transactions.Send(now, cancel, flow, this);
    }
}

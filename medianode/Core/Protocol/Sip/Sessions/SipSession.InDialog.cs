using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>Requests of the peer inside the dialog (RFC 3261 §12.2.2).</summary>
internal sealed partial class SipSession
{
    public void Receive(Instant now, SipRequest request, ServerTransaction transaction)
    {
        _early.Turn(request.From.Tag ?? "");
        if (Dialog!.RemoteCSeq is { } last && request.CSeq.Number <= last)
        {
            Respond(now, transaction, 500);
            return;
        }

        Dialog = (Dialog with { RemoteCSeq = request.CSeq.Number }).Hear(request);
        switch (request.Method)
        {
            case SipMethods.Bye: ReceiveBye(now, request, transaction); break;
            case var _ when _isEnded: Respond(now, transaction, 481); break;
            case SipMethods.Invite or SipMethods.Update: _reinvited.Receive(now, transaction, _reinviting.IsPending); break;
            case SipMethods.Prack: ReceivePrack(now, request, transaction); break;
            case SipMethods.Options: Respond(now, transaction, 200); break;
            case SipMethods.Info: ReceiveInfo(now, request, transaction); break;
            case SipMethods.Refer: ReceiveRefer(now, request, transaction); break;
            case SipMethods.Notify: ReceiveNotify(now, request, transaction); break;
            default: Respond(now, transaction, 405); break;
        }
    }

    /// <summary>An ACK of another INVITE than the one that waits is a late repetition.</summary>
    public void ReceiveAck(Instant now, SipRequest ack)
    {
        if (_unacknowledged is null || ack.CSeq.Number != _unacknowledged.CSeq) return;
        _unacknowledged = null;
        if (_isEnded)
        {
            SendBye(now);
            return;
        }

        _core.Tell(new SessionAcknowledged(Id, ack.Sdp));
        _reinviting.TrySend(now);
    }

    /// <summary>The caller took its first INVITE back.</summary>
    private void Cancelled(Instant now, SipRequest cancel)
    {
        _incoming!.Reject(now, 487);
        Finish(now, new SipEnding(SipEndingKind.RemoteCancel, 487, "Cancelled by the caller", cancel.ReasonCause));
    }

    /// <summary>An offer in it is answered in its 2xx (RFC 3262 §5).</summary>
    private void ReceivePrack(Instant now, SipRequest prack, ServerTransaction transaction)
    {
        if (_incoming?.TryAcknowledge(now, prack) != true)
        {
            Respond(now, transaction, 481);
            return;
        }

        if (prack.Sdp is null) Respond(now, transaction, 200);
        else _reinvited.Receive(now, transaction, _reinviting.IsPending);
        if (_incoming.TrySendHeldAnswer(now) is not { } answer) return;
        _unacknowledged = answer;
        _core.Watchers.Changed(this);
    }

    /// <summary>The caller never acknowledged a reliable response (RFC 3262 §3).</summary>
    private void Unacknowledged(Instant now)
    {
        _incoming!.Reject(now, 504);
        Finish(now, new SipEnding(SipEndingKind.Timeout, 504, "No PRACK"));
    }

    private void ReceiveBye(Instant now, SipRequest bye, ServerTransaction transaction)
    {
        Respond(now, transaction, 200);
        // A called party has no right to end an early dialog so (§15); its own final response is on its way.
        if (_outgoing?.IsPending == true) return;
        // What is still open in the dialog ends with it (§15.1.2).
        _incoming?.Reject(now, 487);
        _unacknowledged = null;
        if (_isEnded) Release();
        else Finish(now, new SipEnding(SipEndingKind.RemoteBye, 0, "Hung up by the peer", bye.ReasonCause));
    }

    private void ReceiveInfo(Instant now, SipRequest info, ServerTransaction transaction)
    {
        if (info.ContentType == DtmfRelay.ContentType && DtmfRelay.TryParse(info.Body.Span, out var digit, out var duration))
        {
            Respond(now, transaction, 200);
            _core.Tell(new SessionInfoDigit(Id, digit, duration));
        }
        else
        {
            // A package has to be agreed on before, and we agree on none (RFC 6086 §4.2.2).
            Respond(now, transaction, info.Headers.Has("Info-Package") ? 469 : info.Body.IsEmpty ? 200 : 415);
        }
    }

    private void Respond(Instant now, ServerTransaction transaction, int status)
    {
        var request = transaction.Request;
        var response = Reply(now, request, status);
        if (status == 405 || request.Method == SipMethods.Options) response.Headers.Set("Allow", SipMethods.Allowed);
        if (status == 415 || request.Method == SipMethods.Options) response.Headers.Set("Accept", $"application/sdp, {DtmfRelay.ContentType}");
        _core.Transactions.Respond(now, transaction, response);
    }
}

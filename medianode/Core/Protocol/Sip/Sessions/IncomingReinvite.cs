using System.Globalization;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>
/// Offers of the peer in the dialog: re-INVITE, UPDATE, and a PRACK that offers (RFC 3261 §14.2, RFC 3311 §5.2, RFC 3262 §5).
/// One at a time waits for the session's owner.
/// </summary>
internal sealed class IncomingReinvite(SipAgentCore core, SipSession session)
{
    private ServerTransaction? _transaction;

    public bool IsPending => _transaction is not null;

    public void Receive(Instant now, ServerTransaction transaction, bool isOfferPending)
    {
        var request = transaction.Request;
        session.Learn(request);
        if (SessionTimer.IsTooSmall(request))
        {
            var refusal = session.Reply(now, request, SessionTimer.TooSmall);
            SessionTimer.Refuse(refusal);
            core.Transactions.Respond(now, transaction, refusal);
            return;
        }

        if (request.Method == SipMethods.Update && request.Sdp is null)
        {
            session.Retarget(request);
            core.Transactions.Respond(now, transaction, session.Reply(now, request, 200));
        }
        else if (isOfferPending || session.AwaitsFirstAnswer)
        {
            // Glare: both offered at once, both try again after different times (§14.1).
            core.Transactions.Respond(now, transaction, session.Reply(now, request, 491));
        }
        else if (IsPending || session.AwaitsAck || !(session.IsConfirmed || session.IsEarlyAnswered))
        {
            var busy = session.Reply(now, request, 500);
            busy.Headers.Add("Retry-After", (core.Entropy.NextUInt32() % 10).ToString(CultureInfo.InvariantCulture));
            core.Transactions.Respond(now, transaction, busy);
        }
        else
        {
            session.Retarget(request);
            _transaction = transaction;
            if (transaction is InviteServerTransaction invite) invite.Cancelled = (at, _) => Withdraw(at);
            core.Tell(new SessionReinvited(session.Id, request.Sdp) { MayWait = transaction is InviteServerTransaction });
        }
    }

    /// <summary>What has to be acknowledged; null for UPDATE and PRACK, and where nothing waits any more.</summary>
    public UnacknowledgedAnswer? Accept(Instant now, string sdp)
    {
        if (Take() is not { } transaction) return null;
        var answer = session.Reply(now, transaction.Request, 200);
        answer.SetSdp(sdp);
        if (transaction is InviteServerTransaction) return new UnacknowledgedAnswer(now, core, transaction, answer);
        core.Transactions.Respond(now, transaction, answer);
        return null;
    }

    public void Reject(Instant now, int status)
    {
        if (Take() is { } transaction) core.Transactions.Respond(now, transaction, session.Reply(now, transaction.Request, status));
    }

    private void Withdraw(Instant now)
    {
        if (!IsPending) return;
        session.RejectReinvite(now, 487);
        core.Tell(new SessionReinviteWithdrawn(session.Id));
    }

    private ServerTransaction? Take()
    {
        var transaction = _transaction;
        _transaction = null;
        return transaction;
    }
}

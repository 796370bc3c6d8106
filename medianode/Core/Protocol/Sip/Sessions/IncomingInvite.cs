using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>The first INVITE of a session placed to us (RFC 3261 §13.3), until its final response.</summary>
internal sealed class IncomingInvite(SipAgentCore core, SipSession session, InviteServerTransaction transaction)
{
    /// <summary>Proxies give an INVITE up after three minutes of silence, so it is broken every minute (§13.3.1.1).</summary>
    private static readonly TimeSpan RepeatProgress = TimeSpan.FromMinutes(1);

    private SipResponse? _progress;
    private Instant _repeatAt;

    public bool IsPending => transaction.IsProceeding;

    public Instant? NextTimeout => IsPending && _progress is not null ? _repeatAt : null;

    public void Progress(Instant now, int status, string? sdp)
    {
        if (!IsPending) return;
        _progress = session.Reply(transaction.Request, status);
        if (sdp is not null) _progress.SetSdp(sdp);
        _repeatAt = now + RepeatProgress;
        core.Transactions.Respond(now, transaction, _progress);
    }

    /// <summary>Null where the INVITE has its final response already.</summary>
    public UnacknowledgedAnswer? Answer(Instant now, string sdp)
    {
        if (!IsPending) return null;
        var answer = session.Reply(transaction.Request, 200);
        answer.SetSdp(sdp);
        return new UnacknowledgedAnswer(now, core, transaction, answer);
    }

    public void Reject(Instant now, int status)
    {
        if (IsPending) core.Transactions.Respond(now, transaction, session.Reply(transaction.Request, status));
    }

    public void HandleTimeout(Instant now)
    {
        if (NextTimeout > now || _progress is null || !IsPending) return;
        _repeatAt = now + RepeatProgress;
        core.Transactions.Respond(now, transaction, _progress);
    }
}

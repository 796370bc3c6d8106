using System.Globalization;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>The first INVITE of a session placed to us (RFC 3261 §13.3), until its final response.</summary>
internal sealed class IncomingInvite(SipAgentCore core, SipSession session, InviteServerTransaction transaction)
{
    /// <summary>Proxies give an INVITE up after three minutes of silence, so it is broken every minute (§13.3.1.1).</summary>
    private static readonly TimeSpan RepeatProgress = TimeSpan.FromMinutes(1);

    /// <summary>Null where the caller does not know RFC 3262.</summary>
    private readonly ReliableProgress? _reliable =
        transaction.Request.Supports(SipOptionTags.Reliable) ? new ReliableProgress(core, transaction) : null;

    private int? _progress;
    private string? _sdp;
    private Instant _repeatAt;
    private string? _heldAnswer;

    public bool IsPending => transaction.IsProceeding;

    /// <summary>Our answer is with the caller: offers may follow before the 2xx (RFC 3311 §5.1).</summary>
    public bool IsAnswered => _reliable?.IsAnswered == true;

    public Instant? NextTimeout =>
        IsPending ? Instant.Earliest(_progress is not null ? _repeatAt : null, _reliable?.NextTimeout) : null;

    public void Progress(Instant now, int status, string? sdp)
    {
        if (!IsPending) return;
        (_progress, _sdp) = (status, sdp);
        Send(now, status, sdp);
    }

    /// <summary>
    /// Null where the INVITE has its final response already, or where the answer has to wait for a PRACK:
    /// <see cref="TrySendHeldAnswer"/> then gives what has to be acknowledged.
    /// </summary>
    public UnacknowledgedAnswer? Answer(Instant now, string sdp)
    {
        if (!IsPending) return null;
        if (_reliable?.HoldsBackAnswer == true)
        {
            _heldAnswer = sdp;
            return null;
        }

        _reliable?.Stop();
        var answer = session.Reply(now, transaction.Request, 200);
        // The answer stood in a reliable response; another one would be out of turn (RFC 6337 §2.1).
        if (_reliable?.CarriedSdp != true) answer.SetSdp(sdp);
        return new UnacknowledgedAnswer(now, core, transaction, answer);
    }

    public UnacknowledgedAnswer? TrySendHeldAnswer(Instant now)
    {
        if (_heldAnswer is not { } sdp || _reliable?.HoldsBackAnswer == true) return null;
        _heldAnswer = null;
        return Answer(now, sdp);
    }

    public bool TryAcknowledge(Instant now, SipRequest prack) => _reliable?.TryAcknowledge(now, prack) == true;

    public void Reject(Instant now, int status)
    {
        if (!IsPending) return;
        _reliable?.Stop();
        var refusal = session.Reply(now, transaction.Request, status);
        if (status == 503) refusal.Headers.Add("Retry-After", TransactionLayer.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture));
        core.Transactions.Respond(now, transaction, refusal);
    }

    /// <summary>True where a reliable response was not acknowledged in time.</summary>
    public bool HandleTimeout(Instant now)
    {
        if (!IsPending) return false;
        if (_reliable?.HandleTimeout(now) == true) return true;
        if (_progress is not { } status || _repeatAt > now) return false;
        // What was reliable has arrived, and its answer must not be given twice.
        Send(now, status, _reliable is null ? _sdp : null);
        return false;
    }

    private void Send(Instant now, int status, string? sdp)
    {
        _repeatAt = now + RepeatProgress;
        var progress = session.Reply(now, transaction.Request, status);
        if (sdp is not null) progress.SetSdp(sdp);
        if (_reliable is not null) _reliable.Send(now, progress);
        else core.Transactions.Respond(now, transaction, progress);
    }
}

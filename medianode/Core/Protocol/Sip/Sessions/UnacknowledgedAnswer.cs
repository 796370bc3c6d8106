using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>
/// A 2xx to an INVITE until its ACK comes: repeated from T1 to T2 on every transport, because the ACK is end to end, and
/// given up after 64*T1 (RFC 3261 §13.3.1.4).
/// </summary>
internal sealed class UnacknowledgedAnswer
{
    private readonly SipAgentCore _core;
    private readonly ServerTransaction _transaction;
    private readonly SipResponse _answer;
    private readonly Instant _givesUpAt;
    private TimeSpan _repeatAfter;
    private Instant _repeatAt;

    public UnacknowledgedAnswer(Instant now, SipAgentCore core, ServerTransaction transaction, SipResponse answer)
    {
        (_core, _transaction, _answer) = (core, transaction, answer);
        _repeatAfter = core.Options.Timers.T1;
        _repeatAt = now + _repeatAfter;
        _givesUpAt = now + (core.Options.Timers.T1 * 64);
        core.Transactions.Respond(now, transaction, answer);
    }

    public uint CSeq => _answer.CSeq.Number;

    public Instant NextTimeout => _repeatAt < _givesUpAt ? _repeatAt : _givesUpAt;

    /// <summary>True where the ACK will not come any more.</summary>
    public bool HandleTimeout(Instant now)
    {
        if (now >= _givesUpAt) return true;
        if (now < _repeatAt) return false;
        _core.Transactions.Respond(now, _transaction, _answer);
        var longest = _core.Options.Timers.T2;
        _repeatAfter = _repeatAfter * 2 > longest ? longest : _repeatAfter * 2;
        _repeatAt = now + _repeatAfter;
        return false;
    }
}

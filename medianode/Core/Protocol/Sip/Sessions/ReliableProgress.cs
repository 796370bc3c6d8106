using System.Globalization;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>
/// Our reliable provisional responses to one INVITE (RFC 3262 §3): one at a time is open, repeated from T1 on at doubling
/// intervals on every transport until its PRACK comes, and given up after 64*T1. The next one waits for that PRACK.
/// </summary>
internal sealed class ReliableProgress(SipAgentCore core, InviteServerTransaction transaction)
{
    private readonly Queue<SipResponse> _waiting = [];
    private SipResponse? _open;
    private uint _rseq = 1 + (core.Entropy.NextUInt32() % 0x4000_0000);
    private Instant _repeatAt;
    private Instant _givesUpAt;
    private TimeSpan _repeatAfter;
    private bool _isStopped;

    public bool IsOpen => _open is not null;

    /// <summary>An answer is on its way or acknowledged: a 2xx carries none again.</summary>
    public bool CarriedSdp { get; private set; }

    /// <summary>The answer is known to have arrived: either side may offer again (RFC 3311 §5.1).</summary>
    public bool IsAnswered { get; private set; }

    /// <summary>A 2xx must wait: the answer in the open response may not have arrived (§3).</summary>
    public bool HoldsBackAnswer => CarriedSdp && !IsAnswered;

    public Instant? NextTimeout => !IsOpen || _isStopped ? null : _repeatAt < _givesUpAt ? _repeatAt : _givesUpAt;

    public void Send(Instant now, SipResponse response)
    {
        response.Headers.Add("Require", SipOptionTags.Reliable);
        CarriedSdp |= response.Sdp is not null;
        if (IsOpen) _waiting.Enqueue(response);
        else Open(now, response);
    }

    /// <summary>False where the PRACK is about nothing that is open: it gets 481.</summary>
    public bool TryAcknowledge(Instant now, SipRequest prack)
    {
        if (_open is null || !RAckHeader.TryParse(prack.Headers["RAck"], out var rack)) return false;
        if (rack.RSeq != _open.Number("RSeq") || rack.CSeq != _open.CSeq) return false;
        IsAnswered |= _open.Sdp is not null;
        _open = null;
        if (_waiting.TryDequeue(out var next)) Open(now, next);
        return true;
    }

    /// <summary>A final response went out: nothing is repeated any more, but a late PRACK is still right (§3).</summary>
    public void Stop()
    {
        _waiting.Clear();
        _isStopped = true;
    }

    /// <summary>True where the PRACK will not come any more.</summary>
    public bool HandleTimeout(Instant now)
    {
        if (NextTimeout is null) return false;
        if (now >= _givesUpAt) return true;
        if (now < _repeatAt) return false;
        core.Transactions.Respond(now, transaction, _open!);
        _repeatAfter *= 2;
        _repeatAt = now + _repeatAfter;
        return false;
    }

    private void Open(Instant now, SipResponse response)
    {
        response.Headers.Set("RSeq", _rseq++.ToString(CultureInfo.InvariantCulture));
        _open = response;
        _repeatAfter = core.Options.Timers.T1;
        (_repeatAt, _givesUpAt) = (now + _repeatAfter, now + (core.Options.Timers.T1 * 64));
        core.Transactions.Respond(now, transaction, response);
    }
}

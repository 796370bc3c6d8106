using System.Globalization;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>
/// A REFER of the peer (RFC 3515): answered once the session's owner has decided, and followed by NOTIFYs in the same dialog
/// until the referred call is decided too. One at a time in a session. It outlives the session: who referred us may hang up.
/// </summary>
internal sealed class IncomingRefer(SipAgentCore core, SipSession session, ServerTransaction transaction) : ITimed
{
    /// <summary>More than any referred call rings; a subscription nobody closes ends by itself.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(3);

    private readonly uint _cseq = transaction.Request.CSeq.Number;
    private Instant? _until;
    private bool _isSilent;
    private bool _isOver;

    public bool IsOpen => !_isOver;

    public Instant? NextTimeout => _isOver ? null : _until;

    public void HandleTimeout(Instant now)
    {
        if (!_isOver && _until <= now) Notify(now, 408);
    }

    public void Accept(Instant now)
    {
        if (_isOver || _until is not null) return;
        _until = now + Lifetime;
        core.Referred[session.Id] = this;
        var request = transaction.Request;
        // RFC 4488 §4: a referrer that does not want to know is not told.
        _isSilent = string.Equals(request.Headers["Refer-Sub"]?.Split(';')[0].Trim(), "false", StringComparison.OrdinalIgnoreCase);
        var accepted = session.Reply(now, request, 202);
        accepted.Headers.Set("Contact", core.ContactOf(session.Line));
        if (_isSilent) accepted.Headers.Add("Refer-Sub", "false");
        core.Transactions.Respond(now, transaction, accepted);
        core.Wakes.Set(this, NextTimeout);
        Notify(now, 100);
    }

    public void Reject(Instant now, int status)
    {
        if (_isOver || _until is not null) return;
        _isOver = true;
        core.Transactions.Respond(now, transaction, session.Reply(now, transaction.Request, status));
    }

    /// <param name="status">Of the referred call's INVITE; from 200 on it is the last word.</param>
    public void Notify(Instant now, int status)
    {
        if (_isOver || _until is not { } until) return;
        if (status >= 200) Close();
        if (_isSilent) return;
        var left = Math.Max(0, (long)(until - now).TotalSeconds);
        var notify = session.Dialog!.Request(SipMethods.Notify, session.NextCSeq());
        notify.Headers.Add("Contact", core.ContactOf(session.Line));
        notify.Headers.Add("Event", string.Create(CultureInfo.InvariantCulture, $"refer;id={_cseq}"));
        notify.Headers.Add("Subscription-State", _isOver ? "terminated;reason=noresource" : string.Create(CultureInfo.InvariantCulture, $"active;expires={left}"));
        if (core.Options.UserAgent.Length > 0) notify.Headers.Add("User-Agent", core.Options.UserAgent);
        notify.SetBody(SipFragment.ContentType + ";version=2.0", SipFragment.Write(status));
        new DialogRequest(core, session.Digest, core.NextHop(now, session.Dialog, session.Line), session.NextCSeq).Send(now, notify);
    }

    private void Close()
    {
        _isOver = true;
        core.Referred.Remove(session.Id);
        core.Wakes.Set(this, null);
    }
}

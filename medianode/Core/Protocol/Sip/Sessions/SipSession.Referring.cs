using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>REFER either way (RFC 3515).</summary>
internal sealed partial class SipSession
{
    private OutgoingRefer? _referring;
    private IncomingRefer? _referred;

    /// <summary>The peer's REFER, until its last NOTIFY; it may outlive the session.</summary>
    public IncomingRefer? Referred => _referred;

    public void Refer(Instant now, string referTo)
    {
        if (!IsConfirmed) return;
        _referring ??= new OutgoingRefer(_core, this);
        _referring.Start(now, referTo);
    }

    private void ReceiveRefer(Instant now, SipRequest refer, ServerTransaction transaction)
    {
        if (!IsConfirmed) Respond(now, transaction, 603);
        else if (!ReferTarget.TryRead(refer, out var target, out var refusal)) Respond(now, transaction, refusal);
        else if (_referred?.IsOpen == true) Respond(now, transaction, 491);
        else
        {
            _referred = new IncomingRefer(_core, this, transaction);
            var by = NameAddress.TryParse(refer.Headers["Referred-By"], out var named) ? named.Uri : null;
            _core.Tell(new SessionReferred(Id, target, by));
        }
    }

    private void ReceiveNotify(Instant now, SipRequest notify, ServerTransaction transaction)
    {
        var package = notify.Headers["Event"]?.Split(';')[0].Trim();
        if (!string.Equals(package, "refer", StringComparison.OrdinalIgnoreCase)) Respond(now, transaction, 489);
        else Respond(now, transaction, _referring?.Receive(notify) ?? 481);
    }
}

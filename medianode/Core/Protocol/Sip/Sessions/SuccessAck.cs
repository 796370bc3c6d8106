using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>The ACK for one 2xx: kept, because every repetition of the 2xx asks for it again (RFC 3261 §13.2.2.4).</summary>
internal sealed class SuccessAck
{
    private readonly SipAgentCore _core;
    private readonly SipLine _line;
    private readonly SipDialog _dialog;
    private readonly SipRequest _ack;

    public SuccessAck(SipAgentCore core, SipLine line, SipDialog dialog, SipRequest invite, string? answer = null)
    {
        (_core, _line, _dialog) = (core, line, dialog);
        _ack = dialog.Request(SipMethods.Ack, invite.CSeq.Number);
        // An ACK cannot be challenged, so it carries the answers of its INVITE (§22.1).
        foreach (var name in (string[])["Authorization", "Proxy-Authorization"])
        {
            foreach (var credentials in invite.Headers.Lines(name)) _ack.Headers.Add(name, credentials);
        }

        if (answer is not null) _ack.SetSdp(answer);
    }

    public void Send(Instant now) => _core.Transactions.SendAck(_ack, _core.NextHop(now, _dialog, _line));
}

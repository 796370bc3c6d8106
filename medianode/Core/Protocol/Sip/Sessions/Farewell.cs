using Byon.MediaNode.Core.Protocol.Sip.Digest;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>Sends the BYE of a dialog that nobody waits for any more (RFC 3261 §15.1.1), and answers its challenge.</summary>
internal sealed class Farewell(SipAgentCore core, SipLine line, DigestClient digest, SipDialog dialog) : ITransactionUser
{
    private const int MaxTries = 3;

    private int _tries;

    public ITimed? Timed => null;

    public void Start(Instant now) => Send(now, dialog.Request(SipMethods.Bye, dialog.LocalCSeq + 1));

    public void Receive(Instant now, SipRequest request, SipResponse response)
    {
        if (response.Status is not (401 or 407) || _tries >= MaxTries) return;
        if (digest.Receive(request, response) == DigestOutcome.Answered) Send(now, request.Again(request.CSeq.Number + 1));
    }

    public void TimedOut(Instant now, SipRequest request)
    {
        // The dialog is over on our side whatever the peer says (§15.1.1).
    }

    public void Unreachable(Instant now, SipRequest request)
    {
        // As above.
    }

    private void Send(Instant now, SipRequest bye)
    {
        _tries++;
        digest.Authorize(bye);
        core.Transactions.Send(now, bye, dialog.NextHop(line.NextHop), this);
    }
}

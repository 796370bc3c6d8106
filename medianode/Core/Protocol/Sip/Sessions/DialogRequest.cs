using Byon.MediaNode.Core.Protocol.Sip.Digest;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>Sends a request of a dialog whose outcome changes nothing (BYE, PRACK), and answers its challenge (RFC 3261 §22.2).</summary>
/// <param name="nextCSeq">Number for another try.</param>
internal sealed class DialogRequest(SipAgentCore core, DigestClient digest, SipFlow flow, Func<uint> nextCSeq) : ITransactionUser
{
    private const int MaxTries = 3;

    private int _tries;

    public ITimed? Timed => null;

    public void Send(Instant now, SipRequest request)
    {
        _tries++;
        digest.Authorize(request);
        core.Transactions.Send(now, request, flow, this);
    }

    public void Receive(Instant now, SipRequest request, SipResponse response)
    {
        if (response.Status is not (401 or 407) || _tries >= MaxTries) return;
        if (digest.Receive(request, response) == DigestOutcome.Answered) Send(now, request.Again(nextCSeq()));
    }

    public void TimedOut(Instant now, SipRequest request)
    {
        // After a BYE the dialog is over on our side whatever the peer says (§15.1.1); a lost PRACK ends the INVITE by itself.
    }

    public void Unreachable(Instant now, SipRequest request)
    {
        // As above.
    }
}

using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Transactions;

/// <summary>
/// A request that was not sent, because its next hop asked for less (RFC 7339 §5.10.1). Its user hears a 503 of our own, which says
/// that another hop may be tried at once.
/// </summary>
internal sealed class ShedClientTransaction : ClientTransaction
{
    public ShedClientTransaction(Instant now, SipRequest request, SipFlow flow, SipTimers timers, ITransactionUser user)
        : base(request, flow, timers, user) => Start(TransactionTimer.B, now);

    public override bool IsUnanswered => false;

    public override void Receive(Instant now, SipResponse response)
    {
        // Nothing was sent that could be answered.
    }

    public override void TransportFailed(Instant now)
    {
        // As above: the 503 is on its way.
    }

    protected override void Fire(Instant now, TransactionTimer timer)
    {
        var refusal = SipResponse.For(Request, 503, phrase: "Next Hop Overloaded");
        refusal.Headers.Add("Retry-After", "0");
        Tell(refusal);
        Terminate();
    }
}

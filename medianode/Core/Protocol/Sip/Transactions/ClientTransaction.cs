using System.Diagnostics.CodeAnalysis;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Transactions;

/// <summary>A client transaction: made with the request it sends at once.</summary>
/// <param name="user">Whom its events are for.</param>
internal abstract class ClientTransaction(SipRequest request, SipFlow flow, SipTimers timers, ITransactionUser user)
    : SipTransaction(KeyOf(request.TopVia.Branch!, request.Method), flow, timers)
{
    private readonly Queue<ClientTransactionEvent> _events = [];

    public SipRequest Request { get; } = request;

    public ITransactionUser User { get; } = user;

    /// <summary>It went over TCP for its length alone: where that fails, a datagram may do (§18.1.1).</summary>
    public bool IsUpgraded { get; init; }

    /// <summary>No response has come.</summary>
    public abstract bool IsUnanswered { get; }

    /// <summary>A response belongs to the transaction with its branch and CSeq method (§17.1.3).</summary>
    public static string KeyOf(string branch, string method) => branch.ToLowerInvariant() + "|" + method;

    public abstract void Receive(Instant now, SipResponse response);

    public abstract void TransportFailed(Instant now);

    public bool TryDequeue([NotNullWhen(true)] out ClientTransactionEvent? happened) => _events.TryDequeue(out happened);

    protected void Tell(SipResponse response) => _events.Enqueue(new ClientTransactionEvent(ClientTransactionOutcome.Response, response));

    /// <summary>Timer B or F: no final response came.</summary>
    protected void TimeOut() => End(ClientTransactionOutcome.TimedOut);

    /// <summary>The transport failed before a final response.</summary>
    protected void Break() => End(ClientTransactionOutcome.Unreachable);

    private void End(ClientTransactionOutcome outcome)
    {
        Terminate();
        _events.Enqueue(new ClientTransactionEvent(outcome, null));
    }
}

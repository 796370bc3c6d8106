using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Transactions;

/// <summary>
/// RFC 3261 §17.2.2, figure 8. Most requests are answered within the call that delivers them; an UPDATE waits in Trying until
/// the session's owner decides or the session ends.
/// </summary>
internal sealed class NonInviteServerTransaction(SipRequest request, SipFlow source, SipTimers timers)
    : ServerTransaction(request, source, timers)
{
    private State _state = State.Trying;
    private SipResponse? _last;

    private enum State
    {
        Trying,
        Proceeding,
        Completed,
    }

    public override void Receive(Instant now, SipRequest request)
    {
        // In Trying nothing was said yet that could be repeated.
        if (_last is not null && _state is State.Proceeding or State.Completed) Transmit(_last!);
    }

    public override void Send(Instant now, SipResponse response)
    {
        if (_state == State.Completed || IsTerminated) return;
        _last = response;
        Transmit(response);
        _state = response.IsProvisional ? State.Proceeding : State.Completed;
        if (_state != State.Completed) return;
        if (IsReliable) Terminate();
        else Start(TransactionTimer.J, now + Patience);
    }

    protected override void Fire(Instant now, TransactionTimer timer) => Terminate();
}

using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Transactions;

/// <summary>RFC 3261 §17.1.2, figure 6.</summary>
internal sealed class NonInviteClientTransaction : ClientTransaction
{
    private State _state = State.Trying;
    private TimeSpan _retransmitAfter;

    public NonInviteClientTransaction(Instant now, SipRequest request, SipFlow flow, SipTimers timers, ITransactionUser user)
        : base(request, flow, timers, user)
    {
        Transmit(request);
        _retransmitAfter = timers.T1;
        if (!IsReliable) Start(TransactionTimer.E, now + _retransmitAfter);
        Start(TransactionTimer.F, now + Patience);
    }

    private enum State
    {
        Trying,
        Proceeding,
        Completed,
    }

    private enum Input
    {
        Provisional,
        Final,
        TransportFailure,
        TimerE,
        TimerF,
        TimerK,
    }

    public override bool IsUnanswered => _state == State.Trying;

    public override void Receive(Instant now, SipResponse response) =>
        Step(now, response.IsProvisional ? Input.Provisional : Input.Final, response);

    public override void TransportFailed(Instant now) => Step(now, Input.TransportFailure, null);

    protected override void Fire(Instant now, TransactionTimer timer) => Step(
        now,
        timer switch { TransactionTimer.E => Input.TimerE, TransactionTimer.F => Input.TimerF, _ => Input.TimerK },
        null);

    private void Step(Instant now, Input input, SipResponse? response)
    {
        if (IsTerminated) return;
        switch (_state)
        {
            case State.Trying or State.Proceeding: TryingOrProceeding(now, input, response); break;
            case State.Completed: Completed(input); break;
        }
    }

    /// <summary>The two states differ in one thing: Proceeding retransmits every T2.</summary>
    private void TryingOrProceeding(Instant now, Input input, SipResponse? response)
    {
        switch (input)
        {
            case Input.TimerE:
                Transmit(Request);
                _retransmitAfter = _state == State.Proceeding || _retransmitAfter * 2 > Timers.T2 ? Timers.T2 : _retransmitAfter * 2;
                Start(TransactionTimer.E, now + _retransmitAfter);
                break;
            case Input.TimerF:
                TimeOut();
                break;
            case Input.Provisional:
                _state = State.Proceeding;
                Tell(response!);
                break;
            case Input.Final:
                Complete(now, response!);
                break;
            case Input.TransportFailure:
                Break();
                break;
        }
    }

    private void Complete(Instant now, SipResponse response)
    {
        StopAll();
        Tell(response);
        if (IsReliable)
        {
            Terminate();
            return;
        }

        _state = State.Completed;
        Start(TransactionTimer.K, now + Timers.T4);
    }

    private void Completed(Input input)
    {
        // Repeated responses and a failing transport change nothing any more.
        if (input == Input.TimerK) Terminate();
    }
}

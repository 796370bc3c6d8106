using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Transactions;

/// <summary>
/// RFC 3261 §17.2.1 figure 7, with the Accepted state of RFC 6026 §7.1: the transaction outlives its 2xx to absorb repeated
/// INVITEs, while the session repeats the 2xx until the ACK comes.
/// </summary>
internal sealed class InviteServerTransaction : ServerTransaction
{
    private State _state = State.Proceeding;
    private SipResponse _last;
    private TimeSpan _retransmitAfter;

    public InviteServerTransaction(SipRequest request, SipFlow source, SipTimers timers)
        : base(request, source, timers)
    {
        // At once rather than after 200 ms: it stops the peer's retransmissions whatever our owner does.
        _last = SipResponse.For(request, 100);
        Transmit(_last);
    }

    private enum State
    {
        Proceeding,
        Completed,
        Confirmed,
        Accepted,
    }

    private enum Input
    {
        Invite,
        Ack,
        SendProvisional,
        SendSuccess,
        SendFailure,
        TimerG,
        TimerH,
        TimerI,
        TimerL,
    }

    /// <summary>Who hears of a CANCEL (§9.2); the CANCEL itself is answered already.</summary>
    public Action<Instant, SipRequest>? Cancelled { get; set; }

    /// <summary>No final response was sent yet: a CANCEL still means something (§9.2).</summary>
    public bool IsProceeding => _state == State.Proceeding;

    /// <summary>A 2xx was sent: its ACK belongs to the dialog, whatever its branch (§13.2.2.4).</summary>
    public bool IsAccepted => _state == State.Accepted;

    public override void Receive(Instant now, SipRequest request) =>
        Step(now, request.Method == SipMethods.Ack ? Input.Ack : Input.Invite, null);

    public override void Send(Instant now, SipResponse response) => Step(
        now, response.IsProvisional ? Input.SendProvisional : response.IsSuccess ? Input.SendSuccess : Input.SendFailure, response);

    protected override void Fire(Instant now, TransactionTimer timer) => Step(
        now,
        timer switch
        {
            TransactionTimer.G => Input.TimerG,
            TransactionTimer.H => Input.TimerH,
            TransactionTimer.I => Input.TimerI,
            _ => Input.TimerL,
        },
        null);

    private void Step(Instant now, Input input, SipResponse? response)
    {
        if (IsTerminated) return;
        switch (_state)
        {
            case State.Proceeding: Proceeding(now, input, response); break;
            case State.Completed: Completed(now, input); break;
            case State.Confirmed: Confirmed(input); break;
            case State.Accepted: Accepted(input, response); break;
        }
    }

    private void Proceeding(Instant now, Input input, SipResponse? response)
    {
        switch (input)
        {
            case Input.Invite:
                Transmit(_last);
                break;
            case Input.SendProvisional:
                Reply(response!);
                break;
            case Input.SendSuccess:
                Reply(response!);
                _state = State.Accepted;
                Start(TransactionTimer.L, now + Patience);
                break;
            case Input.SendFailure:
                Reply(response!);
                _state = State.Completed;
                _retransmitAfter = Timers.T1;
                if (!IsReliable) Start(TransactionTimer.G, now + _retransmitAfter);
                Start(TransactionTimer.H, now + Patience);
                break;
        }
    }

    private void Completed(Instant now, Input input)
    {
        switch (input)
        {
            case Input.Invite:
                Transmit(_last);
                break;
            case Input.TimerG:
                Transmit(_last);
                _retransmitAfter = _retransmitAfter * 2 > Timers.T2 ? Timers.T2 : _retransmitAfter * 2;
                Start(TransactionTimer.G, now + _retransmitAfter);
                break;
            case Input.TimerH:
                Terminate();
                break;
            case Input.Ack:
                StopAll();
                _state = State.Confirmed;
                if (IsReliable) Terminate();
                else Start(TransactionTimer.I, now + Timers.T4);
                break;
        }
    }

    private void Confirmed(Input input)
    {
        if (input == Input.TimerI) Terminate();
    }

    private void Accepted(Input input, SipResponse? response)
    {
        switch (input)
        {
            case Input.SendSuccess:
                Transmit(response!);
                break;
            case Input.TimerL:
                Terminate();
                break;
        }
    }

    private void Reply(SipResponse response)
    {
        _last = response;
        Transmit(response);
    }
}

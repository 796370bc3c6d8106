using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Transactions;

/// <summary>RFC 3261 §17.1.1 figure 5, with the Accepted state of RFC 6026 §7.2 (figure 7 there).</summary>
internal sealed class InviteClientTransaction : ClientTransaction
{
    /// <summary>
    /// How long a re-INVITE may be silent after a provisional response (timer C of §16.6): no person is waited for, and a 2xx
    /// that was lost is not repeated any more once the peer has sent or got a BYE.
    /// </summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(3);

    private State _state = State.Calling;
    private TimeSpan _retransmitAfter;
    private SipRequest? _ack;

    public InviteClientTransaction(Instant now, SipRequest request, SipFlow flow, SipTimers timers, ITransactionUser user)
        : base(request, flow, timers, user)
    {
        Transmit(request);
        _retransmitAfter = timers.T1;
        if (!IsReliable) Start(TransactionTimer.A, now + _retransmitAfter);
        Start(TransactionTimer.B, now + Patience);
    }

    private enum State
    {
        Calling,
        Proceeding,
        Completed,
        Accepted,
    }

    private enum Input
    {
        Provisional,
        Success,
        Failure,
        TransportFailure,
        TimerA,
        TimerB,
        TimerD,
        TimerM,
    }

    public override bool IsUnanswered => _state == State.Calling;

    public override void Receive(Instant now, SipResponse response) =>
        Step(now, response.IsProvisional ? Input.Provisional : response.IsSuccess ? Input.Success : Input.Failure, response);

    public override void TransportFailed(Instant now) => Step(now, Input.TransportFailure, null);

    protected override void Fire(Instant now, TransactionTimer timer) => Step(
        now,
        timer switch
        {
            TransactionTimer.A => Input.TimerA,
            TransactionTimer.B => Input.TimerB,
            TransactionTimer.D => Input.TimerD,
            _ => Input.TimerM,
        },
        null);

    private void Step(Instant now, Input input, SipResponse? response)
    {
        if (IsTerminated) return;
        switch (_state)
        {
            case State.Calling: Calling(now, input, response); break;
            case State.Proceeding: Proceeding(now, input, response); break;
            case State.Completed: Completed(input); break;
            case State.Accepted: Accepted(input, response); break;
        }
    }

    private void Calling(Instant now, Input input, SipResponse? response)
    {
        switch (input)
        {
            case Input.TimerA:
                Transmit(Request);
                _retransmitAfter *= 2;
                Start(TransactionTimer.A, now + _retransmitAfter);
                break;
            case Input.Provisional:
                StopAll();
                _state = State.Proceeding;
                Proceeding(now, input, response);
                break;
            default:
                Proceeding(now, input, response);
                break;
        }
    }

    private void Proceeding(Instant now, Input input, SipResponse? response)
    {
        switch (input)
        {
            case Input.Provisional:
                if (Request.To.Tag is not null) Start(TransactionTimer.B, now + Silence);
                Tell(response!);
                break;
            case Input.TimerB:
                TimeOut();
                break;
            case Input.Success:
                StopAll();
                _state = State.Accepted;
                Start(TransactionTimer.M, now + Patience);
                Tell(response!);
                break;
            case Input.Failure:
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
        _ack = AckFor(response);
        Transmit(_ack);
        Tell(response);
        if (IsReliable)
        {
            Terminate();
            return;
        }

        _state = State.Completed;
        // At least 32 s whatever T1 is (§17.1.1.2): the server keeps retransmitting by its own timers.
        Start(TransactionTimer.D, now + (Patience > TimeSpan.FromSeconds(32) ? Patience : TimeSpan.FromSeconds(32)));
    }

    private void Completed(Input input)
    {
        switch (input)
        {
            case Input.Failure:
                Transmit(_ack!);
                break;
            case Input.TimerD or Input.TransportFailure:
                Terminate();
                break;
        }
    }

    private void Accepted(Input input, SipResponse? response)
    {
        switch (input)
        {
            case Input.Success:
                // Repeated by the same fork, or the answer of another one: the user knows by its tag.
                Tell(response!);
                break;
            case Input.TimerM:
                Terminate();
                break;
        }
    }

    /// <summary>The ACK for 300 to 699 is part of the transaction: same branch, same Route (§17.1.1.3).</summary>
    private SipRequest AckFor(SipResponse response)
    {
        var ack = new SipRequest(SipMethods.Ack, Request.Uri);
        ack.Headers.Add("Via", Request.Headers.FirstValue("Via")!);
        foreach (var route in Request.Headers.Lines("Route")) ack.Headers.Add("Route", route);
        ack.Headers.Add("Max-Forwards", "70");
        ack.Headers.Add("From", Request.Headers["From"]!);
        ack.Headers.Add("To", response.Headers["To"]!);
        ack.Headers.Add("Call-ID", Request.CallId);
        ack.Headers.Add("CSeq", $"{Request.CSeq.Number} ACK");
        if (SessionIdentifier.Of(Request) is { } session) ack.Headers.Add(SessionIdentifier.Header, session.Hear(response).ToString());
        return ack;
    }
}

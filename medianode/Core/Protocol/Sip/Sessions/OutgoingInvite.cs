using Byon.MediaNode.Core.Protocol.Sip.Digest;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>
/// The first INVITE of a session we place (RFC 3261 §13.2): challenge, early dialogs of several forks, the one that answers,
/// CANCEL (§9.1), and the 2xx responses that come too late.
/// </summary>
internal sealed class OutgoingInvite(SipAgentCore core, SipSession session) : ITransactionUser
{
    /// <summary>How many forks of one INVITE we acknowledge: a peer cannot make us keep more.</summary>
    private const int MaxForks = 16;

    private const int MaxTries = 4;

    private const int MaxRedirections = 3;

    /// <summary>RFC 6228: one fork is over, the call is not.</summary>
    private const int EarlyDialogEnded = 199;

    private readonly Dictionary<string, SuccessAck> _acks = [];
    private State _state = State.Calling;
    private SipRequest? _invite;
    private (SipDialog Dialog, SipRequest Invite)? _unanswered;
    private SipEnding? _ending;
    private Instant? _ringsUntil;
    private Instant? _cancelledUntil;
    private int _tries;
    private int _moves;
    private int _redirections;

    private enum State
    {
        /// <summary>No response yet.</summary>
        Calling,

        Proceeding,

        /// <summary>CANCEL is sent, or owed until the first provisional response.</summary>
        Cancelling,

        Answered,
        Over,
    }

    public ITimed? Timed => session;

    public bool IsPending => _state is State.Calling or State.Proceeding or State.Cancelling;

    public Instant? NextTimeout => IsPending ? Instant.Earliest(_ringsUntil, _cancelledUntil) : null;

    public void Start(Instant now, SipInviteRequest request)
    {
        _ringsUntil = now + request.RingTimeout;
        var invite = FirstInvite.Write(core, session.Line, request);
        session.Timer.Ask(invite);
        Send(now, invite);
        core.Tell(new SessionInviteSent(session.Id, invite.CallId, SessionIdentifier.Of(invite)!));
    }

    public void Cancel(Instant now, SipEnding ending)
    {
        if (_state is not (State.Calling or State.Proceeding)) return;
        var canCancel = _state == State.Proceeding;
        (_state, _ending, _ringsUntil) = (State.Cancelling, ending, null);
        // Before a provisional response a CANCEL could overtake its INVITE (§9.1).
        if (canCancel) SendCancel(now);
    }

    public void HandleTimeout(Instant now)
    {
        if (_cancelledUntil <= now && _state == State.Cancelling)
        {
            core.Transactions.Abandon(_invite!);
            Finish(now, _ending!);
        }
        else if (_ringsUntil <= now && IsPending)
        {
            Cancel(now, new SipEnding(SipEndingKind.Timeout, 408, "Not answered in time"));
        }
    }

    public void Receive(Instant now, SipRequest request, SipResponse response)
    {
        if (request.Method == SipMethods.Cancel) return;
        if (response.IsSuccess) Succeeded(now, request, response);
        else if (!ReferenceEquals(request, _invite)) return;
        else if (response.IsProvisional) Progressed(now, response);
        else Failed(now, request, response);
    }

    public void TimedOut(Instant now, SipRequest request)
    {
        if (request.Method == SipMethods.Invite && !TryOtherHop(now, null)) Finish(now, _ending ?? new SipEnding(SipEndingKind.Timeout, 0, "No response"));
    }

    public void Unreachable(Instant now, SipRequest request)
    {
        if (request.Method == SipMethods.Invite && !TryOtherHop(now, null)) Finish(now, _ending ?? new SipEnding(SipEndingKind.Unreachable, 0, "Unreachable"));
    }

    private void Progressed(Instant now, SipResponse response)
    {
        if (_state == State.Calling) _state = State.Proceeding;
        if (_state == State.Cancelling && _cancelledUntil is null) SendCancel(now);
        if (response.Status == 100) return;
        session.Learn(response);
        var fork = session.Early(now, _invite!, response);
        if (response.Headers.Lists("Require", SipOptionTags.Reliable) && (fork is null || !TryAcknowledge(now, fork, response))) return;
        if (response.Status == EarlyDialogEnded)
        {
            session.DropEarly(response.To.Tag ?? "");
            return;
        }

        if (fork is not null && response.Sdp is { } answer) fork.Answer = answer;
        if (_state != State.Proceeding) return;
        core.Tell(new SessionProgressed(session.Id, response.Status, response.Phrase, response.Sdp, EarlyMedia.IsAuthorized(response)));
    }

    /// <summary>RFC 3262 §4: at once, in the fork's own dialog.</summary>
    private bool TryAcknowledge(Instant now, EarlyDialog fork, SipResponse response)
    {
        if (!fork.TryTake(response, out var rack)) return false;
        var prack = fork.Request(SipMethods.Prack);
        prack.Headers.Add("RAck", rack.ToString());
        new DialogRequest(core, session.Digest, core.NextHop(now, fork.Dialog, session.Line), fork.NextCSeq).Send(now, prack);
        return true;
    }

    private void Succeeded(Instant now, SipRequest request, SipResponse response)
    {
        var dialog = session.Joined(SipDialog.FromResponse(request, response));
        if (_acks.TryGetValue(dialog.RemoteTag, out var sent))
        {
            sent.Send(now);
            return;
        }

        if (_acks.Count == MaxForks || _unanswered?.Dialog.RemoteTag == dialog.RemoteTag) return;
        session.Digest.Accepted();
        if (request.Body.IsEmpty && _state is State.Calling or State.Proceeding) _unanswered = (dialog, request);
        else SendAck(now, dialog, request, null);
        if (_state is State.Calling or State.Proceeding)
        {
            _state = State.Answered;
            var answer = response.Sdp ?? session.EarlyAnswer(dialog.RemoteTag);
            session.Confirm(dialog);
            session.Learn(response);
            session.Timer.Accept(now, response);
            core.Tell(new SessionAnswered(session.Id, response.Status, response.Phrase, answer));
        }
        else
        {
            // Another fork won, or the 2xx crossed our CANCEL (§13.2.2.4, §9.1).
            var why = _state == State.Answered ? SipReason.AnsweredElsewhere : null;
            Farewell.Say(now, core, session.Line, session.Digest, dialog, why);
            if (_state == State.Cancelling) Finish(now, _ending!);
        }
    }

    /// <summary>The ACK of a 2xx that offers carries the answer (RFC 3261 §13.2.2.4), or nothing where the call ends at once.</summary>
    public void Acknowledge(Instant now, string? answer)
    {
        if (_unanswered is not { } waiting) return;
        _unanswered = null;
        SendAck(now, waiting.Dialog, waiting.Invite, answer);
    }

    private void SendAck(Instant now, SipDialog dialog, SipRequest invite, string? answer)
    {
        var ack = new SuccessAck(core, session.Line, dialog, invite, answer);
        _acks.Add(dialog.RemoteTag, ack);
        ack.Send(now);
    }

    private void Failed(Instant now, SipRequest request, SipResponse response)
    {
        if (response.Status is 401 or 407 && _state != State.Cancelling && _tries < MaxTries &&
            session.Digest.Receive(request, response) == DigestOutcome.Answered)
        {
            _state = State.Calling;
            Send(now, request.Again(request.CSeq.Number + 1));
            return;
        }

        if (response.Status == SessionTimer.TooSmall && _state != State.Cancelling && _tries < MaxTries && session.Timer.TryRaise(response))
        {
            _state = State.Calling;
            var again = request.Again(request.CSeq.Number + 1);
            session.Timer.Ask(again);
            Send(now, again);
            return;
        }

        if (response.Status is 301 or 302 && TryFollow(now, response)) return;
        if (response.Status == 503 && TryOtherHop(now, response.Number("Retry-After"))) return;
        if (Restoration.IsAskedFor(response)) core.Restorations.Enqueue(session.Line.ContactUser);
        var kind = _ending?.Kind ?? SipEndingKind.Rejected;
        var status = kind == SipEndingKind.Timeout ? _ending!.Status : response.Status;
        Finish(now, new SipEnding(kind, status, _ending is null ? response.Phrase : _ending.Phrase, response.ReasonCause));
    }

    /// <summary>
    /// §8.1.3.4: the first contact that a phone call can go to. The network is trusted to redirect; a circle ends at the limit.
    /// </summary>
    private bool TryFollow(Instant now, SipResponse response)
    {
        if (_state == State.Cancelling || _redirections == MaxRedirections) return false;
        var target = response.Addresses("Contact").Select(a => a.Uri).FirstOrDefault(uri => uri.IsSip || uri.Scheme == "tel");
        if (target is null || target == _invite!.Uri) return false;
        _redirections++;
        var again = _invite.Again(_invite.CSeq.Number + 1);
        again.Uri = target;
        _state = State.Calling;
        Send(now, again);
        return true;
    }

    /// <summary>RFC 3263 §4.3: a hop that cannot serve is left, and the call tried over another one.</summary>
    private bool TryOtherHop(Instant now, uint? retryAfter)
    {
        if (_state is not (State.Calling or State.Proceeding) || _moves == core.Hops.Count) return false;
        var lost = session.Line.NextHop;
        core.Hops.Failed(now, lost, retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
        if (core.Hops.Other(now, lost) is not { } other) return false;
        _moves++;
        // A hop that only asks for less (RFC 7339) keeps what is registered over it.
        if (retryAfter is not 0) core.LostHops.Enqueue(lost);
        session.Line = session.Line with { NextHop = other };
        var again = _invite!.Again(_invite.CSeq.Number + 1);
        again.Headers.SetValues("Route", session.Line.Routes());
        again.Headers.Set("Contact", core.ContactOf(session.Line));
        _state = State.Calling;
        Send(now, again);
        return true;
    }

    private void Finish(Instant now, SipEnding ending)
    {
        if (!IsPending) return;
        _state = State.Over;
        session.Finish(now, ending);
    }

    private void Send(Instant now, SipRequest invite)
    {
        _tries++;
        _invite = invite;
        session.Digest.Authorize(invite);
        core.Transactions.Send(now, invite, session.Line.NextHop, this);
    }

    /// <summary>§9.1: the same Request-URI, Route, identities, CSeq number and top Via as the INVITE.</summary>
    private void SendCancel(Instant now)
    {
        _cancelledUntil = now + (core.Options.Timers.T1 * 64);
        var cancel = new SipRequest(SipMethods.Cancel, _invite!.Uri);
        cancel.Headers.Add("Via", _invite.Headers.FirstValue("Via")!);
        foreach (var route in _invite.Headers.Lines("Route")) cancel.Headers.Add("Route", route);
        cancel.Headers.Add("Max-Forwards", "70");
        foreach (var name in (string[])["From", "To", "Call-ID"]) cancel.Headers.Add(name, _invite.Headers[name]!);
        cancel.Headers.Add("CSeq", $"{_invite.CSeq.Number} CANCEL");
        if (_invite.Headers[SessionIdentifier.Header] is { } sessionId) cancel.Headers.Add(SessionIdentifier.Header, sessionId);
        if (_ending is { Kind: SipEndingKind.Timeout } given) cancel.Headers.Add("Reason", SipReason.Of(408, given.Phrase));
        core.Transactions.Send(now, cancel, core.Transactions.FlowOf(_invite) ?? session.Line.NextHop, this);
    }
}

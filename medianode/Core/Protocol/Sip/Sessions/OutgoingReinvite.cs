using Byon.MediaNode.Core.Protocol.Sip.Digest;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>
/// Our offers in the dialog: re-INVITE in a confirmed one (RFC 3261 §14.1), UPDATE in an early one (RFC 3311 §5.1). One at a
/// time, the latest offer waits for its turn, 491 is tried again. Refreshes of the session timer go the same way: by UPDATE
/// where the peer takes it, else by offering again what stands (RFC 4028 §7.4).
/// </summary>
internal sealed class OutgoingReinvite(SipAgentCore core, SipSession session) : ITransactionUser
{
    private const int MaxTries = 5;

    private State _state = State.Idle;
    private SipRequest? _request;
    private SuccessAck? _ack;
    private string? _queued;
    private string? _sent;
    private bool _refreshWanted;
    private bool _isRefresh;
    private Instant? _retryAt;
    private int _tries;

    private enum State
    {
        Idle,
        Sent,

        /// <summary>Waiting after 491, or for a peer that is on its way.</summary>
        BackingOff,
    }

    public ITimed? Timed => session;

    public bool IsPending => _state == State.Sent;

    public Instant? NextTimeout => _state == State.BackingOff ? _retryAt : null;

    public void Offer(Instant now, string offer)
    {
        _queued = offer;
        TrySend(now);
    }

    /// <summary>An offer that waits, or is under way, refreshes as well.</summary>
    public void Refresh(Instant now)
    {
        if (_state != State.Idle && !_isRefresh) return;
        _refreshWanted = true;
        TrySend(now);
    }

    /// <summary>Sends the waiting offer if nothing stands in its way; called again when something went out of it.</summary>
    public void TrySend(Instant now)
    {
        if (_state != State.Idle || !session.CanOffer || (_queued is null && !_refreshWanted)) return;
        (_isRefresh, _refreshWanted) = (_queued is null, false);
        (_sent, _queued, _tries) = (_queued, null, 0);
        Send(now, _isRefresh ? NewRefresh() : NewOffer());
    }

    /// <summary>The peer that is on its way is said to be somewhere else: what waits for it goes there at once, and is tried as often.</summary>
    public void SeekAgain(Instant now)
    {
        _tries = 0;
        if (_state != State.BackingOff) return;
        _retryAt = now;
        HandleTimeout(now);
    }

    public void HandleTimeout(Instant now)
    {
        if (_state != State.BackingOff || _retryAt > now) return;
        // The peer's own re-INVITE, for which we backed off, is still open: ours follows when it is done.
        if (!session.CanOffer)
        {
            _retryAt = now + core.Options.Timers.T1;
            return;
        }

        if (_queued is not null) (_sent, _queued, _isRefresh) = (_queued, null, false);
        Send(now, _isRefresh ? NewRefresh() : NewOffer());
    }

    public void Receive(Instant now, SipRequest request, SipResponse response)
    {
        if (response.IsProvisional) return;
        if (!ReferenceEquals(request, _request)) return;
        if (session.IsEnded || session.Dialog is null) AcknowledgeLate(now, request, response);
        else if (response.IsSuccess) Succeeded(now, request, response);
        else if (_state == State.Sent) Failed(now, request, response);
    }

    public void TimedOut(Instant now, SipRequest request) =>
        session.Lose(now, new SipEnding(SipEndingKind.Timeout, 0, "No response"));

    public void Unreachable(Instant now, SipRequest request) =>
        session.Lose(now, new SipEnding(SipEndingKind.Unreachable, 0, "Unreachable"));

    private void Succeeded(Instant now, SipRequest request, SipResponse response)
    {
        if (_state != State.Sent)
        {
            _ack?.Send(now);
            return;
        }

        if (response.To.Tag != session.Dialog!.RemoteTag)
        {
            // An UPDATE in the early dialog of a fork that did not win.
            (_state, _request) = (State.Idle, null);
            TrySend(now);
            return;
        }

        session.Digest.Accepted();
        session.IsPeerOnItsWay = false;
        session.Learn(response);
        session.Retarget(response);
        if (session.IsConfirmed) session.Timer.Accept(now, response);
        _ack = request.Method == SipMethods.Invite ? new SuccessAck(core, session.Line, session.Dialog!, request) : null;
        _ack?.Send(now);
        _state = State.Idle;
        if (_isRefresh) TellRefreshed(response);
        else TellAnswered(response);
        TrySend(now);
    }

    /// <summary>The session is over, or the early dialog is; a 2xx still wants an ACK, so that the peer falls silent.</summary>
    private void AcknowledgeLate(Instant now, SipRequest request, SipResponse response)
    {
        _state = State.Idle;
        if (!response.IsSuccess || request.Method != SipMethods.Invite) return;
        _ack ??= new SuccessAck(core, session.Line, session.Dialog!, request);
        _ack.Send(now);
    }

    private void TellRefreshed(SipResponse response)
    {
        if (response.Sdp is { } answer) core.Tell(new SessionRefreshed(session.Id, answer));
    }

    private void TellAnswered(SipResponse response)
    {
        session.Agreed();
        session.LocalSdp = _sent;
        core.Tell(response.Sdp is { } answer
            ? new SessionReinviteAnswered(session.Id, answer)
            : new SessionReinviteRejected(session.Id, response.Status, "Answer without SDP"));
    }

    private void Failed(Instant now, SipRequest request, SipResponse response)
    {
        switch (response.Status)
        {
            case 401 or 407 when _tries < MaxTries && session.Digest.Receive(request, response) == DigestOutcome.Answered:
                Send(now, request.Again(session.NextCSeq()));
                break;
            case 491 when _tries < MaxTries:
                _state = State.BackingOff;
                _retryAt = now + BackOff();
                break;
            case SessionTimer.TooSmall when _tries < MaxTries && session.Timer.TryRaise(response):
                var again = request.Again(session.NextCSeq());
                session.Timer.Ask(again);
                Send(now, again);
                break;
            case 405 or 501 when _isRefresh && request.Method == SipMethods.Update:
                session.PeerTakesUpdates = false;
                Send(now, NewRefresh());
                break;
            case 481 when session.IsPeerOnItsWay && _tries < MaxTries:
                _state = State.BackingOff;
                _retryAt = now + (core.Options.Timers.T1 * (1 << (_tries - 1)));
                break;
            case 408 or 481:
                // The peer has no such dialog (any more): RFC 3261 §12.2.1.2 ends it.
                session.Lose(now, new SipEnding(SipEndingKind.Rejected, response.Status, response.Phrase));
                break;
            default:
                _state = State.Idle;
                if (!_isRefresh) core.Tell(new SessionReinviteRejected(session.Id, response.Status, response.Phrase));
                TrySend(now);
                break;
        }
    }

    /// <summary>§14.1: the side that made the Call-ID waits 2.1 to 4 s, the other one up to 2 s, in steps of 10 ms.</summary>
    private TimeSpan BackOff()
    {
        var steps = (int)(core.Entropy.NextUInt32() % (session.IsCaller ? 191 : 201));
        return TimeSpan.FromMilliseconds((session.IsCaller ? 2100 : 0) + (steps * 10));
    }

    private SipRequest NewOffer() => NewRequest(session.IsConfirmed ? SipMethods.Invite : SipMethods.Update, _sent!);

    private SipRequest NewRefresh() => session.PeerTakesUpdates || session.LocalSdp is null
        ? NewRequest(SipMethods.Update, null)
        : NewRequest(SipMethods.Invite, session.LocalSdp);

    private SipRequest NewRequest(string method, string? sdp)
    {
        var request = session.Dialog!.Request(method, session.NextCSeq());
        core.AddCapabilities(request, session.Line);
        if (session.IsConfirmed) session.Timer.Ask(request);
        if (core.Options.UserAgent.Length > 0) request.Headers.Add("User-Agent", core.Options.UserAgent);
        if (sdp is not null) request.SetSdp(sdp);
        return request;
    }

    private void Send(Instant now, SipRequest request)
    {
        _tries++;
        (_state, _request, _ack) = (State.Sent, request, null);
        session.Digest.Authorize(request);
        core.Transactions.Send(now, request, core.NextHop(now, session.Dialog!, session.Line), this);
    }
}

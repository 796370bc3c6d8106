using Byon.MediaNode.Core.Protocol.Sip.Digest;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>Our re-INVITEs (RFC 3261 §14.1): one at a time, the latest offer waits for its turn, 491 is tried again.</summary>
internal sealed class OutgoingReinvite(SipAgentCore core, SipSession session) : ITransactionUser
{
    private const int MaxTries = 5;

    private State _state = State.Idle;
    private SipRequest? _invite;
    private SuccessAck? _ack;
    private string? _queued;
    private string? _sent;
    private Instant? _retryAt;
    private int _tries;

    private enum State
    {
        Idle,
        Sent,

        /// <summary>Waiting after 491.</summary>
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

    /// <summary>Sends the waiting offer if nothing stands in its way; called again when something went out of it.</summary>
    public void TrySend(Instant now)
    {
        if (_state != State.Idle || _queued is null || !session.CanOffer) return;
        (_sent, _queued, _tries) = (_queued, null, 0);
        Send(now, NewInvite());
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

        _sent = _queued ?? _sent;
        _queued = null;
        Send(now, NewInvite());
    }

    public void Receive(Instant now, SipRequest request, SipResponse response)
    {
        if (response.IsProvisional) return;
        if (!ReferenceEquals(request, _invite)) return;
        if (response.IsSuccess) Succeeded(now, request, response);
        else if (_state == State.Sent) Failed(now, request, response);
    }

    public void TimedOut(Instant now, SipRequest request) =>
        session.Hangup(now, new SipEnding(SipEndingKind.Timeout, 0, "No response"));

    public void Unreachable(Instant now, SipRequest request) =>
        session.Hangup(now, new SipEnding(SipEndingKind.Unreachable, 0, "Unreachable"));

    private void Succeeded(Instant now, SipRequest request, SipResponse response)
    {
        if (_state != State.Sent)
        {
            _ack?.Send();
            return;
        }

        session.Digest.Accepted();
        session.Retarget(response);
        _ack = new SuccessAck(core, session.Line, session.Dialog!, request);
        _ack.Send();
        _state = State.Idle;
        core.Tell(response.Sdp is { } answer
            ? new SessionReinviteAnswered(session.Id, answer)
            : new SessionReinviteRejected(session.Id, response.Status, "Answer without SDP"));
        TrySend(now);
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
            case 408 or 481:
                // The peer has no such dialog (any more): RFC 3261 §12.2.1.2 ends it.
                session.Hangup(now, new SipEnding(SipEndingKind.Rejected, response.Status, response.Phrase));
                break;
            default:
                _state = State.Idle;
                core.Tell(new SessionReinviteRejected(session.Id, response.Status, response.Phrase));
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

    private SipRequest NewInvite()
    {
        var invite = session.Dialog!.Request(SipMethods.Invite, session.NextCSeq());
        core.AddCapabilities(invite, session.Line);
        if (core.Options.UserAgent.Length > 0) invite.Headers.Add("User-Agent", core.Options.UserAgent);
        invite.SetSdp(_sent!);
        return invite;
    }

    private void Send(Instant now, SipRequest invite)
    {
        _tries++;
        (_state, _invite) = (State.Sent, invite);
        session.Digest.Authorize(invite);
        core.Transactions.Send(now, invite, session.Dialog!.NextHop(session.Line.NextHop), this);
    }
}

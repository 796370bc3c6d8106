using Byon.MediaNode.Core.Protocol.Sip.Digest;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Presence;
using Byon.MediaNode.Core.Protocol.Sip.Sessions;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.MediaNode.Core.Protocol.Sip.Registrations;

/// <summary>
/// One contact at the registrar (RFC 3261 §10.2): challenge, refresh before expiry, 423, and tries again as long as the
/// granted lifetime lasts. One REGISTER is in flight at a time; what is asked for meanwhile follows.
/// </summary>
internal sealed class SipRegistration : ITransactionUser, ITimed
{
    private const int MaxTries = 5;

    private static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(7);

    private readonly SipAgentCore _core;
    private readonly DigestClient _digest;
    private readonly PresencePublication? _publication;
    private State _state;
    private TimeSpan _asked;
    private SipRequest? _inFlight;
    private bool _isAskedFor;
    private bool _hasTurn;
    private bool _lacksOutbound;
    private bool _beganWithOthers = true;
    private TimeSpan? _refreshNext;
    private bool _removeNext;
    private Instant? _wakeAt;
    private Instant _expiresAt;
    private int _tries;
    private int _failuresInRow;
    private int _moves;

    public SipRegistration(SipAgentCore core, SipRegistrationId id, SipRegistrationState saved)
    {
        (_core, Id, Saved) = (core, id, saved);
        _digest = new DigestClient(saved.Request.Credentials, core.Entropy) { AkaSequence = saved.AkaSequence };
        Watch = new RegistrationWatch(core, _digest, this);
        if (core.Options.PublishesPresence) _publication = new PresencePublication(core, _digest, this);
        _asked = saved.Request.Expires;
    }

    private enum State
    {
        /// <summary>Nothing was granted yet: the first failure is the last one.</summary>
        Registering,

        Registered,

        /// <summary>A contact that needs no REGISTER: the next hop knows it already.</summary>
        Static,

        Removing,
        Gone,
    }

    public SipRegistrationId Id { get; }

    public SipRegistrationState Saved { get; private set; }

    public SipLine Line => Saved.Line;

    public RegistrationWatch Watch { get; }

    public SipUri ContactUri => _core.ContactUriOf(Line.ContactUser, Line.NextHop);

    public bool IsGone => _state == State.Gone;

    public ITimed? Timed => this;

    public Instant? NextTimeout => _inFlight is null && !IsGone ? _wakeAt : null;

    public SipRegistrationState Save(Instant now) =>
        Saved with { Remaining = _state == State.Registered && _expiresAt > now ? _expiresAt - now : TimeSpan.Zero, AkaSequence = _digest.AkaSequence };

    public void Start(Instant now) => Send(now, _asked);

    public void StayStatic() => _state = State.Static;

    /// <summary>Continues a saved registration: known to the registrar, refreshed soon, because this node's address is another one.</summary>
    public void Continue(Instant now)
    {
        _state = State.Registered;
        _expiresAt = now + Saved.Remaining;
        // The heir goes its own way into the network, whichever its predecessor had found.
        Saved = Saved with { Line = Line with { NextHop = Saved.Request.Registrar } };
        SendInTurn(now);
    }

    /// <summary>Its flow failed: registers anew soon, over a new one.</summary>
    public void Recover(Instant now)
    {
        if (_state != State.Registered) return;
        (_wakeAt, _hasTurn, _beganWithOthers) = (_core.Pace.Reserve(now), true, true);
    }

    public void Refresh(Instant now, TimeSpan expires)
    {
        if (_state is State.Removing or State.Gone) return;
        if (_state == State.Static)
        {
            _core.Tell(new RegistrationAccepted(Id, expires, []));
            return;
        }

        _refreshNext = expires;
        Proceed(now);
    }

    public void Remove(Instant now)
    {
        if (_state is State.Removing or State.Gone) return;
        if (_state == State.Static)
        {
            Removed();
            return;
        }

        _removeNext = true;
        Proceed(now);
    }

    /// <summary>Ends here without a word: the registrar's binding is another node's.</summary>
    public void LetGo()
    {
        if (_state != State.Gone) Leave();
    }

    public void HandleTimeout(Instant now)
    {
        if (_inFlight is not null || _wakeAt > now || _state != State.Registered) return;
        if (now >= _expiresAt && !_hasTurn) Fail(0, "Expired without an answer", false);
        else SendInTurn(now);
    }

    public void Receive(Instant now, SipRequest request, SipResponse response)
    {
        if (response.IsProvisional || !ReferenceEquals(request, _inFlight)) return;
        _inFlight = null;
        if (_state == State.Removing && response.Status is not (401 or 407)) Removed();
        else if (response.IsSuccess) Accepted(now, response);
        else if (response.Status is 401 or 407) Challenged(now, request, response);
        else if (response.Status == 423 && _tries < MaxTries && LongerThanAsked(response) is { } minimum) Send(now, _asked = minimum, isRetry: true);
        else if (response.Status == 439 && !_lacksOutbound) Send(now, _asked, isRetry: _lacksOutbound = true);
        else if (IsTransient(response.Status)) FailedForNow(now, response.Status, response.Phrase, response.Number("Retry-After"));
        else Fail(response.Status, response.Phrase, false);
    }

    public void TimedOut(Instant now, SipRequest request) => NoAnswer(now, request, "No response");

    public void Unreachable(Instant now, SipRequest request) => NoAnswer(now, request, "Unreachable");

    private static bool IsTransient(int status) => status is 408 or 480 or (>= 500 and < 600);

    private void NoAnswer(Instant now, SipRequest request, string phrase)
    {
        if (!ReferenceEquals(request, _inFlight)) return;
        _inFlight = null;
        if (_state == State.Removing) Removed();
        else FailedForNow(now, 0, phrase, null);
    }

    private TimeSpan? LongerThanAsked(SipResponse response) =>
        response.Number("Min-Expires") is { } seconds && TimeSpan.FromSeconds(seconds) is var minimum && minimum > _asked && minimum <= LongestLifetime
            ? minimum
            : null;

    private void Accepted(Instant now, SipResponse response)
    {
        _digest.Accepted();
        _core.Hops.Answered(Line.NextHop);
        _moves = 0;
        var granted = RegisterRequest.Granted(response, _core.ContactUriOf(Line.ContactUser, Line.NextHop), _asked);
        if (granted > LongestLifetime) granted = LongestLifetime;
        if (granted <= TimeSpan.Zero)
        {
            Fail(response.Status, "The registrar kept no contact", false);
            return;
        }

        var associated = response.Addresses("P-Associated-URI").Select(a => a.Uri).ToArray();
        var line = Line with
        {
            ServiceRoutes = [.. response.Headers.Values("Service-Route")],
            PreferredIdentity = associated.FirstOrDefault() ?? Saved.Request.Identity,
        };
        Saved = Saved with { Line = line };
        (_state, _failuresInRow, _isAskedFor) = (State.Registered, 0, false);
        _expiresAt = now + granted;
        _wakeAt = now + RefreshTime.After(granted, _beganWithOthers, _core.Entropy.NextUInt32());
        _beganWithOthers = false;
        _core.Tell(new RegistrationAccepted(Id, granted, associated));
        KeepFlow(now, response);
        // Only an IMS core tells of itself so; a plain registrar would route the SUBSCRIBE to the subscriber's own phones.
        if (associated.Length > 0 && line.ServiceRoutes.Count > 0) Watch.Start(now, line);
        _publication?.Start(now);
        Proceed(now);
    }

    /// <summary>RFC 5626 §4.4: where the registrar did outbound, the flow is what we are reached on.</summary>
    private void KeepFlow(Instant now, SipResponse response)
    {
        if (!response.Headers.Lists("Require", SipOptionTags.Outbound)) return;
        var kept = _core.Keep(Line.NextHop);
        kept.Registrations.Add(Id);
        kept.Use(now, response.Number("Flow-Timer") is { } seconds and > 4 ? TimeSpan.FromSeconds(seconds) : null);
        _core.Wakes.Set(kept, kept.NextTimeout);
    }

    /// <summary>The network speaks of our contact (TS 24.229 §5.1.1.7, RFC 3680 §5.2).</summary>
    public void Hear(Instant now, ContactFate fate)
    {
        if (_state != State.Registered || _inFlight is not null) return;
        switch (fate)
        {
            case { IsTerminated: true, Event: "deactivated" or "probation" }:
                _wakeAt = now + (fate.RetryAfter ?? TimeSpan.Zero);
                break;
            case { IsTerminated: true }:
                Fail(0, $"The network ended the registration: {fate.Event}", false);
                break;
            case { Event: "shortened", Expires: { } left } when now + left < _expiresAt:
                _expiresAt = now + left;
                _wakeAt = now + (left / 2);
                break;
        }
    }

    private void Challenged(Instant now, SipRequest request, SipResponse response)
    {
        var outcome = _tries < MaxTries ? _digest.Receive(request, response) : DigestOutcome.Refused;
        if (outcome == DigestOutcome.Answered) Send(now, _state == State.Removing ? TimeSpan.Zero : _asked, isRetry: true);
        else if (_state == State.Removing) Removed();
        else Fail(response.Status, response.Phrase, outcome == DigestOutcome.Refused);
    }

    /// <summary>A first REGISTER fails at once; a refresh tries again until the granted lifetime is over.</summary>
    private void FailedForNow(Instant now, int status, string phrase, uint? retryAfter)
    {
        if (status is 0 or 408 or 503 or 504 && TryOtherHop(now, retryAfter)) return;
        if (_state == State.Registering || now >= _expiresAt)
        {
            Fail(status, phrase, false);
            return;
        }

        if (_isAskedFor) _core.Tell(new RegistrationRefreshFailed(Id, status, phrase));
        _isAskedFor = false;
        var delay = Jitter(TimeSpan.FromSeconds(Math.Min(5 << Math.Min(_failuresInRow++, 6), 300)));
        if (retryAfter is { } seconds && TimeSpan.FromSeconds(Math.Min(seconds, 3600)) is var asked && asked > delay) delay = asked;
        _wakeAt = now + delay < _expiresAt ? now + delay : _expiresAt;
        Proceed(now);
    }

    /// <summary>TS 23.380 §5: another P-CSCF takes the registration, with a route of its own.</summary>
    private bool TryOtherHop(Instant now, uint? retryAfter)
    {
        _core.Hops.Failed(now, Line.NextHop, retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
        if (_moves == _core.Hops.Count || _core.Hops.Other(now, Line.NextHop) is not { } other) return false;
        _moves++;
        Move(other);
        Send(now, _asked);
        return true;
    }

    /// <summary>Another hop has no part in the route that the last one gave.</summary>
    private void Move(SipFlow hop)
    {
        if (hop != Line.NextHop) Saved = Saved with { Line = Line with { NextHop = hop, ServiceRoutes = [] } };
    }

    private void Fail(int status, string phrase, bool credentialsRefused)
    {
        // An owner that asked for removal meanwhile hears what it asked for.
        if (_removeNext)
        {
            Removed();
            return;
        }

        Leave();
        _core.Tell(new RegistrationFailed(Id, status, phrase, credentialsRefused));
    }

    private void Removed()
    {
        Leave();
        _core.Tell(new RegistrationRemoved(Id));
    }

    private void Leave()
    {
        _state = State.Gone;
        Watch.Stop();
        _publication?.Stop();
        _core.Gone.Enqueue(Id);
    }

    /// <summary>What the owner asked for while a REGISTER was in flight.</summary>
    private void Proceed(Instant now)
    {
        if (_inFlight is not null) return;
        if (_removeNext)
        {
            _state = State.Removing;
            _publication?.End(now);
            Send(now, TimeSpan.Zero);
        }
        else if (_refreshNext is { } expires)
        {
            (_refreshNext, _isAskedFor, _asked) = (null, true, expires);
            Send(now, expires);
        }
    }

    /// <summary>What nobody waits for goes at the pace of the bucket.</summary>
    private void SendInTurn(Instant now)
    {
        if (!_hasTurn)
        {
            (_wakeAt, _hasTurn) = (_core.Pace.Reserve(now), true);
            if (_wakeAt > now) return;
        }

        Send(now, _asked);
    }

    private void Send(Instant now, TimeSpan expires, bool isRetry = false)
    {
        _hasTurn = false;
        Move(_core.Hops.ForRegistration(now, Line.NextHop));
        _tries = isRetry ? _tries + 1 : 1;
        Saved = Saved with { CSeq = Saved.CSeq + 1 };
        var register = RegisterRequest.Write(_core, Saved, expires, !_lacksOutbound);
        if (!Saved.Request.IsTrusted) _digest.Authorize(register);
        if (_digest.IsAka && !register.Headers.Has("Authorization")) register.Headers.Add("Authorization", RegisterRequest.Unchallenged(Saved.Request, register.Uri));
        _inFlight = register;
        _core.Transactions.Send(now, register, Line.NextHop, this);
    }

    /// <summary>Up to a tenth earlier, so that what began together does not stay together.</summary>
    private TimeSpan Jitter(TimeSpan delay) => delay - (delay * (_core.Entropy.NextUInt32() % 1000 / 10_000.0));
}

using System.Globalization;
using Byon.MediaNode.Core.Protocol.Sip.Digest;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Registrations;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.MediaNode.Core.Protocol.Sip.Presence;

/// <summary>
/// The presence of one registered device (RFC 3903): published when it registers, changed with its calls, refreshed by its entity
/// tag, removed when it leaves. One PUBLISH is in flight at a time.
/// </summary>
internal sealed class PresencePublication(SipAgentCore core, DigestClient digest, SipRegistration owner) : ITransactionUser, ITimed
{
    private const int MaxTries = 4;

    private static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(1);
    private static readonly TimeSpan Retry = TimeSpan.FromMinutes(5);

    private readonly string _callId = core.Entropy.NextToken(16);
    private readonly string _tag = core.Entropy.NextToken(8);
    private State _state = State.Off;
    private TimeSpan _lifetime = TimeSpan.FromHours(1);
    private SipRequest? _inFlight;
    private Instant? _refreshAt;
    private string? _entityTag;
    private bool _isOnThePhone;
    private bool? _told;
    private bool? _sent;
    private uint _cseq;
    private int _tries;

    private enum State
    {
        Off,
        On,
        Leaving,

        /// <summary>The network knows no publications: it is not asked again for this registration.</summary>
        Refused,
    }

    public ITimed? Timed => this;

    public Instant? NextTimeout => _inFlight is null && _state == State.On ? _refreshAt : null;

    public void Start(Instant now)
    {
        if (_state != State.Off) return;
        _state = State.On;
        core.Watchers.Publishes(owner.Line.ContactUser, this);
        Send(now);
    }

    public void Tell(Instant now, bool isOnThePhone)
    {
        _isOnThePhone = isOnThePhone;
        Proceed(now);
    }

    /// <summary>The device leaves: what it published is taken back (§4.5).</summary>
    public void End(Instant now)
    {
        if (_state != State.On) return;
        (_state, _refreshAt) = (State.Leaving, null);
        core.Watchers.PublishesNoMore(owner.Line.ContactUser);
        core.Wakes.Set(this, null);
        if (_inFlight is null && _entityTag is not null) Send(now);
    }

    /// <summary>The registration is gone, and with it who could take anything back.</summary>
    public void Stop()
    {
        if (_state == State.On) Refused();
        core.Wakes.Set(this, null);
    }

    public void HandleTimeout(Instant now)
    {
        if (NextTimeout is { } due && due <= now) Send(now);
    }

    public void Receive(Instant now, SipRequest request, SipResponse response)
    {
        if (response.IsProvisional || !ReferenceEquals(request, _inFlight)) return;
        _inFlight = null;
        if (response.IsSuccess) Accepted(now, request, response);
        else if (response.Status is 401 or 407 && _tries < MaxTries && digest.Receive(request, response) == DigestOutcome.Answered) Send(now, isRetry: true);
        else if (response.Status == 412 && _tries < MaxTries) Anew(now);
        else if (response.Status == 423 && _tries < MaxTries && LongerThanAsked(response) is { } minimum) Longer(now, minimum);
        else if (response.Status is 408 or >= 500 and < 600) Later(now, response.Number("Retry-After"));
        else Refused();
    }

    public void TimedOut(Instant now, SipRequest request) => Later(now, null);

    public void Unreachable(Instant now, SipRequest request) => Later(now, null);

    private void Accepted(Instant now, SipRequest request, SipResponse response)
    {
        digest.Accepted();
        _entityTag = response.Headers["SIP-ETag"];
        _told = _sent ?? _told;
        if (_state == State.Leaving && request.Number("Expires") == 0) return;
        var granted = TimeSpan.FromSeconds(response.Number("Expires") ?? _lifetime.TotalSeconds);
        _refreshAt = now + ((granted < LongestLifetime ? granted : LongestLifetime) / 2);
        Proceed(now);
    }

    /// <summary>§4.4: the network has forgotten what the tag stood for.</summary>
    private void Anew(Instant now)
    {
        (_entityTag, _told) = (null, null);
        if (_state == State.On) Send(now, isRetry: true);
    }

    private void Longer(Instant now, TimeSpan minimum)
    {
        _lifetime = minimum;
        Send(now, isRetry: true);
    }

    private void Later(Instant now, uint? retryAfter)
    {
        (_inFlight, _entityTag, _told) = (null, null, null);
        var asked = TimeSpan.FromSeconds(Math.Min(retryAfter ?? 0, 3600));
        _refreshAt = now + (asked > Retry ? asked : Retry);
    }

    private void Refused()
    {
        core.Watchers.PublishesNoMore(owner.Line.ContactUser);
        (_state, _refreshAt) = (State.Refused, null);
    }

    private TimeSpan? LongerThanAsked(SipResponse response) =>
        response.Number("Min-Expires") is { } seconds && TimeSpan.FromSeconds(seconds) is var minimum && minimum > _lifetime && minimum <= LongestLifetime ? minimum : null;

    /// <summary>What changed while a PUBLISH was in flight. After a failure the next attempt carries it.</summary>
    private void Proceed(Instant now)
    {
        if (_inFlight is not null || _told is null) return;
        if (_state == State.Leaving ? _entityTag is not null : _state == State.On && _told != _isOnThePhone) Send(now);
    }

    private void Send(Instant now, bool isRetry = false)
    {
        _tries = isRetry ? _tries + 1 : 1;
        var publish = Write();
        _inFlight = publish;
        digest.Authorize(publish);
        core.Transactions.Send(now, publish, owner.Line.NextHop, this);
        core.Wakes.Set(this, NextTimeout);
    }

    /// <summary>Table 1 of RFC 3903: initial and modify carry a body, refresh and remove do not.</summary>
    private SipRequest Write()
    {
        var line = owner.Line;
        var publish = new SipRequest(SipMethods.Publish, line.PreferredIdentity);
        foreach (var route in line.Routes()) publish.Headers.Add("Route", route);
        publish.Headers.Add("Max-Forwards", "70");
        publish.Headers.Add("From", $"<{line.PreferredIdentity}>;tag={_tag}");
        publish.Headers.Add("To", $"<{line.PreferredIdentity}>");
        publish.Headers.Add("Call-ID", _callId);
        publish.Headers.Add("CSeq", $"{++_cseq} PUBLISH");
        publish.Headers.Add("P-Preferred-Identity", $"<{line.PreferredIdentity}>");
        publish.Headers.Add("Event", "presence");
        publish.Headers.Add("Expires", _state == State.Leaving ? "0" : ((long)_lifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        if (_entityTag is not null) publish.Headers.Add("SIP-If-Match", _entityTag);
        if (core.Options.UserAgent.Length > 0) publish.Headers.Add("User-Agent", core.Options.UserAgent);
        _sent = _state == State.Leaving || (_entityTag is not null && _told == _isOnThePhone) ? null : _isOnThePhone;
        if (_sent is not { } isOnThePhone) return publish;
        publish.SetBody(PresenceDocument.MediaType, PresenceDocument.Write(line.PreferredIdentity, owner.Saved.Request.InstanceId, isOnThePhone));
        return publish;
    }
}

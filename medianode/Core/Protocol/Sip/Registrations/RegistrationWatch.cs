using System.Globalization;
using Byon.MediaNode.Core.Protocol.Sip.Digest;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Sessions;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.MediaNode.Core.Protocol.Sip.Registrations;

/// <summary>
/// Our subscription to the registration state of a line (RFC 3680, TS 24.229 §5.1.1.3): how the network tells that it ended a
/// registration. Asked for where the registrar is an IMS core; one that refuses is not asked again before the next registration.
/// </summary>
internal sealed class RegistrationWatch(SipAgentCore core, DigestClient digest, SipRegistration owner) : ITransactionUser, ITimed
{
    private const string Package = "reg";
    private const int MaxTries = 3;

    private static readonly TimeSpan Wanted = TimeSpan.FromDays(1);
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(60);

    private SipLine? _line;
    private SipDialog? _dialog;
    private SipRequest? _inFlight;
    private Instant? _renewAt;
    private int _tries;

    public ITimed? Timed => this;

    public SipRegistration Owner => owner;

    public Instant? NextTimeout => _inFlight is null ? _renewAt : null;

    private bool IsOn => _dialog is not null || _inFlight is not null;

    public void Start(Instant now, SipLine line)
    {
        if (IsOn) return;
        _line = line;
        _tries = 0;
        var tag = core.Entropy.NextToken(8);
        var callId = core.Entropy.NextToken(16);
        var identity = line.PreferredIdentity;
        var subscribe = new SipRequest(SipMethods.Subscribe, identity);
        foreach (var route in line.Routes()) subscribe.Headers.Add("Route", route);
        subscribe.Headers.Add("Max-Forwards", "70");
        subscribe.Headers.Add("From", $"<{identity}>;tag={tag}");
        subscribe.Headers.Add("To", $"<{identity}>");
        subscribe.Headers.Add("Call-ID", callId);
        subscribe.Headers.Add("CSeq", "1 SUBSCRIBE");
        core.Watches[(callId, tag)] = this;
        Send(now, Complete(subscribe));
    }

    /// <summary>Nobody wants to know any more; NOTIFYs that still come get 481, which ends the subscription (RFC 6665 §4.1.3).</summary>
    public void Stop()
    {
        foreach (var (key, _) in core.Watches.Where(w => w.Value == this).ToList()) core.Watches.Remove(key);
        (_dialog, _inFlight, _renewAt) = (null, null, null);
        core.Wakes.Set(this, null);
    }

    public void HandleTimeout(Instant now)
    {
        if (_renewAt is not { } due || due > now || _dialog is null || _inFlight is not null) return;
        _tries = 0;
        Send(now, Complete(Next()));
    }

    public void Receive(Instant now, SipRequest request, SipResponse response)
    {
        if (response.IsProvisional || !ReferenceEquals(request, _inFlight)) return;
        _inFlight = null;
        if (response.IsSuccess)
        {
            digest.Accepted();
            _dialog ??= SipDialog.FromResponse(request, response);
            var granted = TimeSpan.FromSeconds(response.Number("Expires") ?? Wanted.TotalSeconds);
            _renewAt = now + ((granted > Shortest ? granted : Shortest) / 2);
        }
        else if (response.Status is 401 or 407 && _tries < MaxTries && digest.Receive(request, response) == DigestOutcome.Answered)
        {
            Send(now, request.Again(NextCSeq(request)));
        }
        else
        {
            Stop();
        }
    }

    public void TimedOut(Instant now, SipRequest request) => Stop();

    public void Unreachable(Instant now, SipRequest request) => Stop();

    /// <returns>The status the NOTIFY deserves.</returns>
    public int Receive(Instant now, SipRequest notify)
    {
        if (!string.Equals(notify.Headers["Event"]?.Split(';')[0].Trim(), Package, StringComparison.OrdinalIgnoreCase)) return 489;
        // A NOTIFY may overtake the 200 of the SUBSCRIBE; the dialog is the one of the 200 then (RFC 6665 §4.4.1).
        if (_dialog is { } dialog)
        {
            if (dialog.RemoteCSeq >= notify.CSeq.Number) return 500;
            _dialog = dialog with { RemoteCSeq = notify.CSeq.Number };
        }

        if (notify.Headers["Subscription-State"]?.StartsWith("terminated", StringComparison.OrdinalIgnoreCase) == true) Stop();
        if (notify.ContentType == "application/reginfo+xml" && RegistrationInfo.Find(notify.Body.Span, owner.ContactUri) is { } fate) owner.Hear(now, fate);
        return 200;
    }

    private SipRequest Next()
    {
        _dialog = _dialog! with { LocalCSeq = _dialog.LocalCSeq + 1 };
        return _dialog.Request(SipMethods.Subscribe, _dialog.LocalCSeq);
    }

    private uint NextCSeq(SipRequest request)
    {
        var next = request.CSeq.Number + 1;
        if (_dialog is not null) _dialog = _dialog with { LocalCSeq = next };
        return next;
    }

    private SipRequest Complete(SipRequest subscribe)
    {
        subscribe.Headers.Add("Contact", core.ContactOf(_line!));
        subscribe.Headers.Add("Event", Package);
        subscribe.Headers.Add("Accept", "application/reginfo+xml");
        subscribe.Headers.Add("Expires", ((long)Wanted.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        if (core.Options.UserAgent.Length > 0) subscribe.Headers.Add("User-Agent", core.Options.UserAgent);
        return subscribe;
    }

    private void Send(Instant now, SipRequest subscribe)
    {
        _tries++;
        _inFlight = subscribe;
        digest.Authorize(subscribe);
        core.Transactions.Send(now, subscribe, _dialog is null ? _line!.NextHop : core.NextHop(now, _dialog, _line!), this);
    }
}

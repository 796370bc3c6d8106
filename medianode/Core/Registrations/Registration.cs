using System.Diagnostics.CodeAnalysis;
using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.MediaNode.Core.Registrations;

/// <summary>
/// One device registered as one number. The SIP agent keeps the binding in the IMS alive by itself; this decides how long it
/// should live: until the time the API promised, until its owner removes it, or until the network ends it.
/// </summary>
/// <param name="expiresAt">When the API's registration ends.</param>
/// <param name="bindingTime">The lifetime asked for in a REGISTER, if the registration's own is not shorter.</param>
public sealed class Registration(Instant expiresAt, TimeSpan bindingTime)
{
    /// <summary>What is asked for at the very end of a registration: registrars refuse much shorter ones with 423.</summary>
    private static readonly TimeSpan ShortestBinding = TimeSpan.FromSeconds(10);

    /// <summary>How long the de-REGISTER may take before the owner forgets: timer F and some room.</summary>
    private static readonly TimeSpan RemovalTime = TimeSpan.FromSeconds(40);

    private readonly Queue<RegistrationAction> _actions = new();
    private Phase _phase = Phase.New;
    private Instant? _refreshedExpiry;
    private Instant _removedBy;

    private enum Phase
    {
        New,
        Registering,
        Registered,
        Removing,
        Over,
    }

    public Instant ExpiresAt { get; private set; } = expiresAt;

    public bool IsRegistered => _phase == Phase.Registered;

    /// <summary>True when nothing more can come of it: its owner forgets it.</summary>
    public bool IsOver => _phase == Phase.Over;

    public Instant? NextTimeout => _phase switch
    {
        Phase.Registering or Phase.Registered => ExpiresAt,
        Phase.Removing => _removedBy,
        _ => null,
    };

    public bool TryDequeue([NotNullWhen(true)] out RegistrationAction? action) => _actions.TryDequeue(out action);

    public void Start(Instant now)
    {
        _phase = Phase.Registering;
        _actions.Enqueue(new SendRegister(BindingUntil(now, ExpiresAt)));
    }

    /// <summary>Registers anew with another end; <see cref="CompleteRegistration"/> tells how it went.</summary>
    public void Refresh(Instant now, Instant expiresAt)
    {
        if (_phase != Phase.Registered)
        {
            _actions.Enqueue(new CompleteRegistration(new RegistrationResult(RegistrationFault.Ended, "The registration has ended.")));
            return;
        }

        _refreshedExpiry = expiresAt;
        _actions.Enqueue(new SendRefresh(BindingUntil(now, expiresAt)));
    }

    /// <summary>Puts the end back where it was: a refresh that was not decided in time, or not recorded, did not happen for the API.</summary>
    public void RevertExpiry(Instant expiresAt)
    {
        _refreshedExpiry = null;
        ExpiresAt = expiresAt;
    }

    /// <summary>Its owner asks: de-REGISTER, and nothing is told.</summary>
    public void Remove(Instant now)
    {
        if (_phase is not (Phase.Registering or Phase.Registered)) return;
        _phase = Phase.Removing;
        _removedBy = now + RemovalTime;
        _actions.Enqueue(new SendUnregister());
    }

    public void Receive(Instant now, SipRegistrationEvent sipEvent)
    {
        switch (_phase)
        {
            case Phase.Registering: Registering(sipEvent); break;
            case Phase.Registered: Registered(sipEvent); break;
            case Phase.Removing when sipEvent is RegistrationRemoved or RegistrationFailed: _phase = Phase.Over; break;
        }
    }

    public void HandleTimeout(Instant now)
    {
        switch (_phase)
        {
            case Phase.Registering when now >= ExpiresAt:
                Complete(new RegistrationResult(RegistrationFault.ImsUnreachable, "The IMS did not answer before the registration expired."));
                Remove(now);
                break;
            case Phase.Registered when now >= ExpiresAt:
                Lapse(RegistrationEnd.Expired, "The registration reached its expiry time.");
                Remove(now);
                break;
            case Phase.Removing when now >= _removedBy:
                _phase = Phase.Over;
                break;
        }
    }

    private void Registering(SipRegistrationEvent sipEvent)
    {
        switch (sipEvent)
        {
            case RegistrationAccepted:
                _phase = Phase.Registered;
                Complete(RegistrationResult.Done);
                break;
            case RegistrationFailed failed:
                _phase = Phase.Over;
                Complete(Describe(failed));
                break;
        }
    }

    private void Registered(SipRegistrationEvent sipEvent)
    {
        switch (sipEvent)
        {
            // The agent's own refreshes are accepted as well; only one that somebody asked for moves the end.
            case RegistrationAccepted when _refreshedExpiry is { } expiry:
                _refreshedExpiry = null;
                ExpiresAt = expiry;
                Complete(RegistrationResult.Done);
                break;
            case RegistrationFailed failed:
                var result = Describe(failed);
                if (_refreshedExpiry is not null) Complete(result);
                Lapse(RegistrationEnd.NetworkTerminated, result.Detail ?? failed.Phrase);
                _phase = Phase.Over;
                break;
            case RegistrationRemoved:
                Lapse(RegistrationEnd.NetworkTerminated, "The network removed the registration.");
                _phase = Phase.Over;
                break;
        }
    }

    private void Complete(RegistrationResult result) => _actions.Enqueue(new CompleteRegistration(result));

    private void Lapse(RegistrationEnd end, string description)
    {
        if (_refreshedExpiry is not null && end == RegistrationEnd.Expired)
            Complete(new RegistrationResult(RegistrationFault.Ended, description));
        _refreshedExpiry = null;
        _actions.Enqueue(new RegistrationLapsed(end, description));
    }

    private TimeSpan BindingUntil(Instant now, Instant end)
    {
        var remaining = end - now;
        var binding = remaining < bindingTime ? remaining : bindingTime;
        return binding > ShortestBinding ? binding : ShortestBinding;
    }

    private static RegistrationResult Describe(RegistrationFailed failed) => failed switch
    {
        { CredentialsRefused: true } => new(RegistrationFault.CredentialsRefused, "The IMS refused the subscriber's credentials: the password is wrong."),
        { Status: 0 } => new(RegistrationFault.ImsUnreachable, "The IMS did not answer."),
        { Status: 408 or 503 or 504 } => new(RegistrationFault.ImsUnreachable, $"The IMS cannot serve now: {CallEnd.Line(failed.Status, failed.Phrase)}."),
        _ => new(RegistrationFault.RefusedByIms, $"The IMS refused the registration: {CallEnd.Line(failed.Status, failed.Phrase)}."),
    };
}

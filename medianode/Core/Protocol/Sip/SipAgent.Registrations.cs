using Byon.MediaNode.Core.Protocol.Sip.Registrations;
using Byon.MediaNode.Core.Protocol.Sip.Sessions;

namespace Byon.MediaNode.Core.Protocol.Sip;

/// <summary>Registrations: one contact each, matched by its user part.</summary>
public sealed partial class SipAgent
{
    public SipRegistrationId Register(Instant now, SipRegistrationRequest request)
    {
        var registration = Add(New(request));
        registration.Start(now);
        Settle(registration);
        return registration.Id;
    }

    /// <summary>
    /// A contact without REGISTER, for a next hop that knows it already (a trusted trunk). Its invitations and calls work like
    /// those of a registered one.
    /// </summary>
    public SipRegistrationId RegisterStatic(SipRegistrationRequest request)
    {
        var registration = Add(New(request));
        registration.StayStatic();
        return registration.Id;
    }

    /// <summary>
    /// Registers again at once with another lifetime; answered by RegistrationAccepted, RegistrationFailed, or
    /// RegistrationRefreshFailed where the registration stands but this refresh got no good answer.
    /// </summary>
    public void Refresh(Instant now, SipRegistrationId registration, TimeSpan expires)
    {
        if (!_registrations.TryGetValue(registration, out var known)) return;
        known.Refresh(now, expires);
        Settle(known);
    }

    public void Unregister(Instant now, SipRegistrationId registration)
    {
        if (!_registrations.TryGetValue(registration, out var known)) return;
        known.Remove(now);
        Settle(known);
    }

    /// <summary>The registration as a value; null where the id is over.</summary>
    public SipRegistrationState? Save(Instant now, SipRegistrationId registration) =>
        _registrations.GetValueOrDefault(registration)?.Save(now);

    /// <summary>Takes up a saved registration: registers its contact at once with this agent's address.</summary>
    public SipRegistrationId Restore(Instant now, SipRegistrationState saved)
    {
        var registration = Add(saved);
        registration.Continue(now);
        Settle(registration);
        return registration.Id;
    }

    private SipRegistrationState New(SipRegistrationRequest request) => new(
        request, _core.Entropy.NextToken(16), _core.Entropy.NextToken(8), 0, SipLine.Of(request), TimeSpan.Zero);

    private SipRegistration Add(SipRegistrationState state)
    {
        var registration = new SipRegistration(_core, new SipRegistrationId(++_lastId), state);
        // A contact that is on its way out may come back at once: the newer registration gets its invitations.
        _contacts[state.Request.ContactUser] = registration;
        _registrations.Add(registration.Id, registration);
        return registration;
    }

    private void Settle(SipRegistration registration)
    {
        _core.Wakes.Set(registration, registration.NextTimeout);
        Sweep();
    }
}

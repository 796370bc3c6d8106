using System.Diagnostics.CodeAnalysis;
using Byon.MediaNode.Core.Protocol.Sip.Location;
using Byon.MediaNode.Core.Protocol.Sip.Registrations;
using Byon.MediaNode.Core.Protocol.Sip.Sessions;

namespace Byon.MediaNode.Core.Protocol.Sip;

/// <summary>Registrations: one contact each, matched by its user part.</summary>
public sealed partial class SipAgent
{
    /// <summary>The next hop for a new registration; null where there is none, because no name has an address (yet).</summary>
    public SipFlow? NextHop(Instant now) => _core.Hops.Draw(now);

    /// <summary>The next hops from now on, where names led to others. What is registered over one that is gone moves with its next refresh.</summary>
    public void UseNextHops(IReadOnlyList<SipHop> hops) => _core.Hops.Use(hops);

    /// <summary>A name in a dialog's route that wants an address: <see cref="Located"/> answers.</summary>
    public bool TryDequeue([NotNullWhen(true)] out SipTarget? wanted) => _core.Names.TryDequeue(out wanted);

    /// <param name="hops">In order of preference; empty where none was found.</param>
    public void Located(Instant now, SipTarget target, IReadOnlyList<SipHop> hops, TimeSpan timeToLive) =>
        _core.Names.Learn(now, target, hops.Count > 0 ? hops[0].Flow : null, timeToLive);

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

    /// <summary>
    /// Forgets a registration whose device another node has registered. A registrar that did outbound has put that contact in the
    /// place of ours (RFC 5626 §6), so removing ours would remove it; others hold both and are asked to remove ours.
    /// </summary>
    public void LetGo(Instant now, SipRegistrationId registration)
    {
        if (!_registrations.TryGetValue(registration, out var known)) return;
        if (_core.KeptFlows.Values.Any(kept => kept.Registrations.Contains(registration))) known.LetGo();
        else known.Remove(now);
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

    private void KeepAlive(Instant now, KeptFlow kept, ReadOnlySpan<byte> message)
    {
        kept.Receive(now, message);
        _core.Wakes.Set(kept, kept.NextTimeout);
    }

    /// <summary>RFC 5626 §4.3: what is bound to the flow registers anew, at the pace of the bucket.</summary>
    private void RecoverFlow(Instant now, SipFlow flow)
    {
        if (!_core.KeptFlows.Remove(flow, out var kept)) return;
        _core.Wakes.Set(kept, null);
        foreach (var id in kept.Registrations)
        {
            if (!_registrations.TryGetValue(id, out var registration)) continue;
            Recover(now, registration);
        }
    }

    /// <summary>Registers anew what calls found out to have lost its way.</summary>
    private void Recover(Instant now)
    {
        while (_core.LostHops.TryDequeue(out var hop))
        {
            foreach (var registration in _registrations.Values.Where(r => r.Line.NextHop == hop)) Recover(now, registration);
        }

        while (_core.Restorations.TryDequeue(out var contact))
        {
            if (_contacts.TryGetValue(contact, out var registration)) Recover(now, registration);
        }
    }

    private void Recover(Instant now, SipRegistration registration)
    {
        registration.Recover(now);
        _core.Wakes.Set(registration, registration.NextTimeout);
    }

    private void Unkeep(SipRegistration registration)
    {
        if (!_core.KeptFlows.TryGetValue(registration.Line.NextHop, out var kept) || !kept.Registrations.Remove(registration.Id)) return;
        if (kept.Registrations.Count > 0) return;
        _core.KeptFlows.Remove(registration.Line.NextHop);
        _core.Wakes.Set(kept, null);
    }

    private void Settle(SipRegistration registration)
    {
        _core.Wakes.Set(registration, registration.NextTimeout);
        Sweep();
    }
}

using System.Security.Cryptography;
using System.Text;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Registrations;
using Byon.MediaNode.Telemetry;
using Byon.Platform.Events;
using Byon.Platform.Records;

namespace Byon.MediaNode.Signalling;

/// <summary>The registrations this node holds.</summary>
public sealed partial class CallControl
{
    /// <summary>Whether one more registration fits.</summary>
    public bool CanRegister => HasRoomFor(RegistrationLoad);

    /// <summary>Registers in the IMS. Until the outcome is known the registration is there and cannot be used.</summary>
    public Task<RegistrationResult> Register(Instant now, RegistrationRecord record, SubscriberRecord subscriber)
    {
        if (_registrations.ContainsKey(record.RegistrationId)) throw new InvalidOperationException("The registration is already here.");
        var registration = new Registration(InstantOf(now, record.ExpiresAt), options.RegisterExpires);
        var live = new LiveRegistration(registration, record, subscriber);
        _registrations.Add(record.RegistrationId, live);
        var result = live.WaitAsync();
        registration.Start(now);
        Drain(now, live);
        return result;
    }

    public Task<RegistrationResult> Refresh(Instant now, string registrationId, DateTimeOffset expiresAt)
    {
        if (Registered(registrationId) is not { } live)
            return Task.FromResult(new RegistrationResult(RegistrationFault.Ended, "This node does not hold the registration."));
        var result = live.WaitAsync();
        live.Registration.Refresh(now, InstantOf(now, expiresAt));
        Drain(now, live);
        return result;
    }

    /// <summary>The row of a registration with another end; null where it has ended meanwhile.</summary>
    public RegistrationRecord? Extended(string registrationId, DateTimeOffset expiresAt)
    {
        if (Registered(registrationId) is not { } live) return null;
        return live.Record = live.Record with { ExpiresAt = expiresAt };
    }

    /// <summary>Undoes a refresh that could not be decided in time or not be recorded.</summary>
    public void RevertRefresh(Instant now, string registrationId, DateTimeOffset expiresAt)
    {
        if (Registered(registrationId) is not { } live) return;
        live.Registration.RevertExpiry(InstantOf(now, expiresAt));
        live.Record = live.Record with { ExpiresAt = expiresAt };
        Drain(now, live);
    }

    public RegistrationRecord? FindRegistration(string registrationId) => _registrations.GetValueOrDefault(registrationId)?.Record;

    /// <summary>De-registers and ends its calls. Completes when the network has confirmed, or will not.</summary>
    public Task Remove(Instant now, string registrationId, CallEnd callEnd)
    {
        if (!_registrations.TryGetValue(registrationId, out var live)) return Task.CompletedTask;
        live.Removed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        live.Complete(new RegistrationResult(RegistrationFault.Ended, "The registration was removed."));
        EndCallsOf(now, live, callEnd);
        live.Registration.Remove(now);
        Drain(now, live);
        return live.Removed.Task;
    }

    public IReadOnlyList<string> RegistrationIds => [.. _registrations.Keys];

    private LiveRegistration? Registered(string registrationId) =>
        _registrations.GetValueOrDefault(registrationId) is { Registration.IsRegistered: true } live ? live : null;

    private Instant InstantOf(Instant now, DateTimeOffset time) => now + (time - WallNow);

    private void Drain(Instant now, LiveRegistration live)
    {
        while (live.Registration.TryDequeue(out var action))
        {
            switch (action)
            {
                case SendRegister register: SendRegister(now, live, register.Expires); break;
                case SendRefresh refresh when live.Sip is { } sip: agent.Refresh(now, sip, refresh.Expires); break;
                case SendUnregister when live.Sip is { } sip: agent.Unregister(now, sip); break;
                case CompleteRegistration completed: Completed(now, live, completed.Result); break;
                case RegistrationLapsed lapsed: Lapsed(now, live, lapsed); break;
            }
        }

        if (live.Registration.IsOver) Forget(live);
        else _wakeups.Set(live, live.Registration.NextTimeout);
    }

    private void SendRegister(Instant now, LiveRegistration live, TimeSpan expires)
    {
        if (agent.NextHop(now) is not { } nextHop)
        {
            live.Registration.Receive(now, new RegistrationFailed(default, 0, "The next hop has no address", CredentialsRefused: false));
            return;
        }

        var subscriber = live.Subscriber;
        var id = agent.Register(now, new SipRegistrationRequest(
            new SipUri(subscriber.PublicIdentity), nextHop,
            new SipCredentials(subscriber.PrivateIdentity, subscriber.Password),
            InstanceOf(live.Record.DeviceId), ContactUserOf(live.Record.RegistrationId), expires)
        {
            IsTrusted = options.Sip.IsTrusted,
        });
        live.Sip = id;
        _registrationsBySip[id] = live;
    }

    private void Completed(Instant now, LiveRegistration live, RegistrationResult result)
    {
        if (result.Fault is { } fault)
        {
            metrics.RegistrationsFailed.Add(1, new KeyValuePair<string, object?>("fault", fault.ToString()));
            log.RegistrationFailed(live.Record.RegistrationId, fault.ToString());
        }
        else
        {
            metrics.RegistrationsMade.Add(1);
            log.RegistrationMade(live.Record.RegistrationId);
        }

        var hasArrived = live.IsNew && result.Fault is null;
        if (live.IsNew && result.Fault is not null) EndCallsOf(now, live, CallEnd.RegistrationLost, andEmergencies: false);
        live.IsNew = false;
        live.Complete(result);
        if (hasArrived) JoinRingingCalls(now, live);
    }

    private void Lapsed(Instant now, LiveRegistration live, RegistrationLapsed lapsed)
    {
        metrics.RegistrationsLapsed.Add(1, new KeyValuePair<string, object?>("reason", lapsed.End.ToString()));
        log.RegistrationLapsed(live.Record.RegistrationId, lapsed.End.ToString());
        EndCallsOf(now, live, lapsed.End == RegistrationEnd.Expired ? CallEnd.RegistrationExpired : CallEnd.RegistrationLost, andEmergencies: false);
        _ = journal.DeleteAsync(live.Record);
        _ = journal.TellAsync(
            live.Device, new RegistrationEndedData(live.Record.RegistrationId, lapsed.End.ToReason(), lapsed.Description), WallNow);
    }

    private void Forget(LiveRegistration live)
    {
        _wakeups.Set(live, null);
        _registrations.Remove(live.Record.RegistrationId);
        if (live.Sip is { } sip) _registrationsBySip.Remove(sip);
        live.Complete(new RegistrationResult(RegistrationFault.Ended, "The registration has ended."));
        live.Removed?.TrySetResult();
    }

    private void EndCallsOf(Instant now, LiveRegistration live, CallEnd end, bool andEmergencies = true)
    {
        foreach (var call in live.CallsUnderWay.Where(call => andEmergencies || !call.IsEmergency).ToList())
            Guarded(now, call, it => it.Abort(now, end));
    }

    /// <summary>The device's UUID; one made from it where a client chose something else.</summary>
    private static Guid InstanceOf(string deviceId) =>
        Guid.TryParse(deviceId, out var id) ? id : new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(deviceId)).AsSpan(0, 16));

    /// <summary>Stable over a restart, so that the node's new binding replaces its former self's.</summary>
    internal static string ContactUserOf(string registrationId) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(registrationId)).AsSpan(0, 16));
}

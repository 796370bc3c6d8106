using Byon.Functions.Nodes;
using Byon.Functions.Registration;
using Byon.Functions.Security;
using Byon.Platform.Control;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.Functions.CallHandling;

/// <summary>Calls between a device and the subscriber's SIM phone: handed over, found there, and brought back.</summary>
internal sealed class PhoneSessions(CallStore calls, CallSessions sessions, Registrations registrations, NodePool nodes)
{
    /// <summary>Rings the SIM phone for a connected call; events of the session tell how it goes.</summary>
    public async Task<Outcome<CallRecord>> HandOverAsync(Caller caller, string? callId, CancellationToken cancel)
    {
        var found = await sessions.GetAsync(caller, callId, cancel);
        if (found.Value is not { } call)
        {
            return found;
        }

        return call.EndedAt is null ? (await nodes.TransferCallAsync(call, cancel)).Outcome : HasEnded(call);
    }

    /// <summary>The SIM phone stops ringing.</summary>
    public async Task<Outcome<Nothing>> CallOffAsync(Caller caller, string? callId, CancellationToken cancel)
    {
        var found = await sessions.GetAsync(caller, callId, cancel);
        if (found.Value is not { } call)
        {
            return found.Problem!;
        }

        return call.EndedAt is null ? (await nodes.CancelTransferAsync(call, cancel)).Outcome : HasEnded(call);
    }

    /// <summary>The calls that were handed over by this client for this subscriber and go on there.</summary>
    public async Task<IReadOnlyList<CallRecord>> ListAsync(Caller caller, CancellationToken cancel) => caller.PhoneNumber is { } number
        ? [.. (await calls.ListOnPhoneAsync(number, cancel)).Where(call => caller.Owns(call.ClientId, call.Subject)).OrderBy(call => call.CreatedAt)]
        : [];

    /// <summary>A call on the phone that the caller may see.</summary>
    public async Task<CallRecord?> FindAsync(Caller caller, string? phoneCallId, CancellationToken cancel)
    {
        var call = phoneCallId is null || caller.PhoneNumber is not { } number ? null : await calls.GetAsync(number, phoneCallId, cancel);
        return call is { IsOnPhone: true } && caller.Owns(call.ClientId, call.Subject) ? call : null;
    }

    /// <summary>Brings a call to a registered device; it answers as a new session.</summary>
    /// <param name="registrationId">Of the device; null where the text given is no id.</param>
    public async Task<Outcome<CallRecord>> RetrieveAsync(
        Caller caller, string? registrationId, CallRecord call, string offerSdp, CancellationToken cancel)
    {
        if (await registrations.FindAsync(registrationId, caller, cancel) is not { } registration)
        {
            return Problems.RegistrationNotFound();
        }

        return (await nodes.RetrieveCallAsync(call, new RetrieveCallCommand(Guid.NewGuid().ToString("D"), registration, offerSdp), cancel)).Outcome;
    }

    private static Problem HasEnded(CallRecord call) => Problems.IncompatibleState($"The session has ended with the status {call.Status}.");
}

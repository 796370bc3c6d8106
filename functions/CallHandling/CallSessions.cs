using Byon.Functions.Businesses;
using Byon.Functions.Nodes;
using Byon.Functions.Registration;
using Byon.Functions.Security;
using Byon.Platform.Control;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Microsoft.Extensions.Options;

namespace Byon.Functions.CallHandling;

/// <summary>A call that a device wants to place.</summary>
internal sealed record NewCall(
    string OriginatorAddress, string? OriginatorName, string ReceiverAddress, string? ReceiverName, string OfferSdp, bool Emergency)
{
    /// <summary>A repeated request with the same mark gets the call of the first one.</summary>
    public string? ClientCorrelator { get; init; }

    /// <summary>Where the device is, if it says so.</summary>
    public CallLocation? Location { get; init; }
}

/// <summary>A step that a device takes in a call.</summary>
/// <param name="LocationOnly">Connected with a location and no SDP: tells where the device is and changes nothing.</param>
internal sealed record StatusChange(CallStatus Status, string? OfferSdp, string? AnswerSdp, bool LocationOnly)
{
    /// <summary>A client may send the whole session back: an SDP that the call already has asks for nothing.</summary>
    public StatusChange WithoutEchoOf(CallRecord call) => OfferSdp is null || AnswerSdp is null
        ? this
        : this with
        {
            OfferSdp = OfferSdp == call.OfferSdp ? null : OfferSdp,
            AnswerSdp = AnswerSdp == call.AnswerSdp ? null : AnswerSdp,
        };
}

/// <summary>The operations on calls, whatever surface asks: reads come from the table, commands go to the node that owns the call.</summary>
internal sealed class CallSessions(
    CallStore calls, CorrelatedCalls correlated, Registrations registrations, BusinessDirectory businesses, NodePool nodes, TimeProvider clock,
    IOptions<CallHandlingOptions> options)
{
    private readonly CallHandlingOptions _policy = options.Value;

    /// <param name="registrationId">The registration the call is placed from; null where the text given is no id.</param>
    public async Task<Outcome<CallRecord>> CreateAsync(Caller caller, string? registrationId, NewCall wanted, CancellationToken cancel)
    {
        var anonymous = CallAddress.IsAnonymous(wanted.OriginatorAddress);
        if (caller.PhoneNumber is not { } number || !(anonymous || CallAddress.IsOf(wanted.OriginatorAddress, number)))
        {
            return Problems.OriginatorNotOfToken();
        }

        if (businesses.Find(caller) is { } business && !business.MayCall(wanted.ReceiverAddress))
        {
            return Problems.CalledNumberIsFixed();
        }

        // An emergency URN without the call type is an emergency call all the same.
        var toService = CallAddress.IsEmergency(wanted.ReceiverAddress);
        if ((wanted.Emergency || toService) && !_policy.EmergencyCalls)
        {
            return Problems.EmergencyNotSupported();
        }

        if (wanted.Emergency && !toService)
        {
            return Problems.InvalidArgument("receiverAddress must be an emergency service, urn:service:sos or one below it, where callType is EMERGENCY.");
        }

        wanted = wanted with { Emergency = toService };

        if (await registrations.FindAsync(registrationId, caller, cancel) is not { } registration)
        {
            return Problems.RegistrationNotFound();
        }

        var command = CommandFor(wanted, registration, anonymous);
        return wanted.ClientCorrelator is { } correlator
            ? await correlated.PlaceOnceAsync(caller, command, correlator, once => nodes.StartCallAsync(registration, once, cancel), cancel)
            : (await nodes.StartCallAsync(registration, command, cancel)).Outcome;
    }

    public async Task<Outcome<CallRecord>> GetAsync(Caller caller, string? callId, CancellationToken cancel) =>
        await FindAsync(caller, callId, cancel) is { } call ? call : Problems.NotFound();

    public async Task<Outcome<CallRecord>> ChangeStatusAsync(Caller caller, string? callId, StatusChange change, CancellationToken cancel)
    {
        if (await FindAsync(caller, callId, cancel) is not { } call)
        {
            return Problems.NotFound();
        }

        change = change.WithoutEchoOf(call);
        if (change is { OfferSdp: not null, AnswerSdp: not null })
        {
            return Problems.InvalidArgument("answer must not be sent together with an offer.");
        }

        if (call.EndedAt is not null)
        {
            return Problems.IncompatibleState($"The session has ended with the status {call.Status}.");
        }

        if (change.LocationOnly && call.Status is CallStatus.Connected or CallStatus.Hold or CallStatus.Resume)
        {
            return call;
        }

        var reply = await nodes.ChangeStatusAsync(call, new ChangeStatusCommand(change.Status, change.OfferSdp, change.AnswerSdp), cancel);
        return reply.Outcome;
    }

    /// <summary>Ends a call. One that the far end has just ended is ended: both sides may hang up at once.</summary>
    public async Task<Outcome<Nothing>> DeleteAsync(Caller caller, string? callId, CancellationToken cancel)
    {
        if (await FindAsync(caller, callId, cancel) is not { } call)
        {
            return Problems.NotFound();
        }

        if (call.EndedAt is not null)
        {
            return Nothing.Value;
        }

        var reply = await nodes.EndCallAsync(call, cancel);
        return reply.Outcome;
    }

    /// <summary>A call the caller may see, alive or ended within the grace time.</summary>
    private async Task<CallRecord?> FindAsync(Caller caller, string? callId, CancellationToken cancel)
    {
        if (callId is null || caller.PhoneNumber is not { } number)
        {
            return null;
        }

        var call = await calls.GetAsync(number, callId, cancel);
        var isReadable = call is not null && (call.EndedAt is not { } end || clock.GetUtcNow() < end + CallStore.KeptAfterEnd);
        return isReadable && !call!.IsOnPhone && caller.Owns(call!.ClientId, call.Subject) ? call : null;
    }

    private StartCallCommand CommandFor(NewCall wanted, RegistrationRecord registration, bool anonymous) => new(
        Guid.NewGuid().ToString("D"), registration.RegistrationId, registration.PhoneNumber, wanted.OriginatorAddress, wanted.OriginatorName,
        wanted.ReceiverAddress, wanted.ReceiverName, anonymous, wanted.OfferSdp)
    {
        ClientCorrelator = wanted.ClientCorrelator,
        Emergency = wanted.Emergency,
        Location = wanted.Location is { } location ? location with { Timestamp = location.Timestamp ?? clock.GetUtcNow() } : null,
    };
}

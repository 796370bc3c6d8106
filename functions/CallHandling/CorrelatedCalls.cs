using Byon.Functions.Nodes;
using Byon.Functions.Security;
using Byon.Platform.Control;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.Functions.CallHandling;

/// <summary>
/// Places at most one call per correlator of a client: a repeated request, also one that races the first, gets the session
/// that the first one got. A correlator is remembered for a day.
/// </summary>
internal sealed class CorrelatedCalls(CorrelatorStore store, CallStore calls, TimeProvider clock)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromDays(1);

    /// <summary>Longer than a node may take to answer.</summary>
    private static readonly TimeSpan PlacingTakes = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan WaitForOther = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(100);

    /// <param name="place">Sends the command to the node.</param>
    public async Task<Outcome<CallRecord>> PlaceOnceAsync(
        Caller caller, StartCallCommand command, string correlator, Func<StartCallCommand, Task<NodeReply<CallRecord>>> place, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var key = CorrelatorStore.KeyOf(caller.ClientId, caller.Subject, correlator);
        var own = new CorrelatedCall(
            command.CallId, $"{command.OriginatorAddress} {command.ReceiverAddress}", Placed: false, now + PlacingTakes, now + Remembered);
        var standing = await store.ClaimAsync(command.PhoneNumber, key, own, now, cancel);
        if (standing.Addresses != own.Addresses)
        {
            return Problems.CorrelatorInUse("was used for a session between other addresses.");
        }

        if (standing.CallId == own.CallId)
        {
            return await PlaceAsync(key, own, command, place, cancel);
        }

        var call = await FindAsync(command.PhoneNumber, standing, cancel);
        if (call is not null)
        {
            return call;
        }

        if (standing.Placed)
        {
            return Problems.CorrelatorInUse("was used for a session that has ended.");
        }

        // Whoever claimed it is gone. The same callId again: should the call exist after all, the node says so.
        return clock.GetUtcNow() >= standing.ClaimedUntil
            ? await PlaceAsync(key, standing, command with { CallId = standing.CallId }, place, cancel)
            : Problems.Unavailable("The session with this clientCorrelator is still being created.");
    }

    private async Task<Outcome<CallRecord>> PlaceAsync(
        string key, CorrelatedCall claim, StartCallCommand command, Func<StartCallCommand, Task<NodeReply<CallRecord>>> place, CancellationToken cancel)
    {
        var reply = await place(command);
        if (reply.Refusal?.Fault == ControlFault.AlreadyExists && await calls.GetAsync(command.PhoneNumber, claim.CallId, cancel) is { } existing)
        {
            return existing;
        }

        if (reply.Value is not null)
        {
            await store.ConfirmAsync(command.PhoneNumber, key, claim, cancel);
        }
        else if (reply.Reach != NodeReach.NoAnswer)
        {
            await store.ReleaseAsync(command.PhoneNumber, key, cancel);
        }

        return reply.Outcome;
    }

    /// <summary>The call of a claim; waits while its row may be on the way.</summary>
    private async Task<CallRecord?> FindAsync(string phoneNumber, CorrelatedCall standing, CancellationToken cancel)
    {
        var start = clock.GetUtcNow();
        while (true)
        {
            var now = clock.GetUtcNow();
            var call = await calls.GetAsync(phoneNumber, standing.CallId, cancel);
            if (call is not null || standing.Placed || now >= standing.ClaimedUntil || now - start >= WaitForOther)
            {
                return call;
            }

            await Task.Delay(LookAgain, clock, cancel);
        }
    }
}

using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Registrations;
using Byon.MediaNode.Journaling;
using Byon.MediaNode.Signalling;
using Byon.MediaNode.Telemetry;
using Byon.Platform.Control;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.MediaNode.Pool;

/// <summary>
/// A registration comes here from another node, and its connected calls with it. The row of the registration decides who has them:
/// it changes hands by its ETag, and whoever wins it deals with every call of it that goes by the other node's name.
/// </summary>
public sealed class Adoption(
    SignallingLoop loop, CallControl control, RegistrationStore registrations, CallStore calls, EventLog events, SubscriberStore subscribers,
    Journal journal, CallSeal seal, OtherEnds otherEnds, NodeOptions options, TimeProvider wallClock, ILogger<Adoption> log)
{
    private const int LogPage = 500;

    private static readonly TimeSpan RegistrarTime = TimeSpan.FromSeconds(35);

    /// <summary>For the REGISTER, before the node that gives away may go on.</summary>
    private static readonly TimeSpan AcceptTime = TimeSpan.FromSeconds(3);

    /// <summary>From a node that is dead. A registration that cannot be taken over for a reason of its own must not keep the others from it.</summary>
    public async Task AdoptAsync(RegistrationRecord record, string fromNodeId, CancellationToken cancel)
    {
        try
        {
            if (await BeginAsync(record, fromNodeId, null, cancel) is { } begun) await FinishAsync(begun, cancel);
        }
        catch (Exception fault) when (!StorageFault.IsAway(fault) && fault is not OperationCanceledException)
        {
            log.AdoptionFailed(record.RegistrationId, fault.GetType().Name);
            await EndAsync(await CallsOfAsync(record, fromNodeId, cancel), cancel);
            await LetGoAsync(record, RegistrationEndReason.NetworkTerminated, "The registration could not be moved.", cancel);
        }
    }

    /// <summary>
    /// From a node that gives it away, and has fallen silent in its calls: they go on here when this returns, and mostly the
    /// REGISTER is answered too. Null on success.
    /// </summary>
    public async Task<ControlProblem?> AcceptAsync(string registrationId, AdoptCommand command, CancellationToken cancel)
    {
        if (!await loop.AskAsync(_ => control.HasRoomForMore)) return new ControlProblem(ControlFault.AtCapacity, "The node takes no more calls.");
        var record = await registrations.GetAsync(command.PhoneNumber, registrationId, cancel);
        if (record is not { State: RegistrationState.Registered } || record.NodeId != command.NodeId || await BeginAsync(record, command.NodeId, command.Offer, cancel) is not { } begun)
            return new ControlProblem(ControlFault.NotFound, "The registration is not there to be taken.");

        // The other node removes its own contact next: not before ours is there, or the number would be without any.
        await Task.WhenAny(FinishGuardedAsync(begun), Task.Delay(AcceptTime, wallClock, cancel));
        return null;
    }

    /// <summary>Ends calls that go on nowhere.</summary>
    public async Task EndAsync(IEnumerable<CallRecord> calls, CancellationToken cancel)
    {
        foreach (var ofDevice in calls.GroupBy(call => new DeviceKey(call.PhoneNumber, call.DeviceId)))
        {
            // The device of one that is on the phone heard of its end when the phone took it.
            foreach (var call in ofDevice.Where(call => call.IsOnPhone)) await journal.DeleteCallAsync(ofDevice.Key, call.CallId).WaitAsync(cancel);
            if (ofDevice.All(call => call.IsOnPhone)) continue;
            var newest = await NewestSequencesAsync(ofDevice.Key, cancel);
            foreach (var call in ofDevice.Where(call => !call.IsOnPhone)) await EndAsync(call, newest, cancel);
        }
    }

    private async Task EndAsync(CallRecord call, Dictionary<string, int> newest, CancellationToken cancel)
    {
        var device = new DeviceKey(call.PhoneNumber, call.DeviceId);
        var now = wallClock.GetUtcNow();
        var number = newest.GetValueOrDefault(call.CallId) + 1;
        var end = CallEnd.NodeLost;
        var ended = call with
        {
            Status = end.State.ToStatus(),
            Reason = end.Words,
            Ending = end.ToEnding(),
            SequenceNumber = number,
            EndedAt = now,
            Snapshot = null,
        };
        var stored = journal.PutAsync(device, ended);
        var told = journal.TellAsync(
            device,
            new CallEventData(
                false, call.CallId, number, ended.Status, call.OriginatorAddress, call.OriginatorName, call.ReceiverAddress,
                call.ReceiverName, null, null, ended.Reason, ended.Ending)
            {
                // All calls of a device are on the node that has its registration.
                Line = LineStatus.Idle,
            },
            now);
        await Task.WhenAll(stored, told).WaitAsync(cancel);
        loop.Post(at => control.ForgetLater(at, ended));
    }

    private sealed record Begun(RegistrationRecord Record, Task<RegistrationResult> Decided);

    /// <summary>Null where there is nothing to wait for: it is over, or somebody else has it.</summary>
    /// <param name="offer">Of a node that is alive; null takes from one that is not.</param>
    private async Task<Begun?> BeginAsync(RegistrationRecord record, string fromNodeId, Guid? offer, CancellationToken cancel)
    {
        if (record.State != RegistrationState.Registered)
        {
            // Its command never answered, so nobody knows of it.
            await journal.DeleteAsync(record).WaitAsync(cancel);
            return null;
        }

        var left = await CallsOfAsync(record, fromNodeId, cancel);
        if (record.ExpiresAt <= wallClock.GetUtcNow())
        {
            await EndAsync(left, cancel);
            await LetGoAsync(record, RegistrationEndReason.RegistrationExpired, "The registration reached its expiry time.", cancel);
            return null;
        }

        var adopted = record with { NodeId = options.Id };
        if (fromNodeId != options.Id && !await TryTakeAsync(adopted, fromNodeId, offer, cancel))
        {
            if (offer is null && await registrations.GetAsync(record.PhoneNumber, record.RegistrationId, cancel) is null) await EndAsync(left, cancel);
            return null;
        }

        if (await subscribers.GetAsync(record.PhoneNumber, cancel) is not { } subscriber)
        {
            log.AdoptionFailed(record.RegistrationId, nameof(RegistrationFault.RefusedByIms));
            await EndAsync(left, cancel);
            await LetGoAsync(adopted, RegistrationEndReason.NetworkTerminated, "The number is no longer provisioned.", cancel);
            return null;
        }

        return new Begun(adopted, await TakeUpAsync(adopted, subscriber, left, cancel));
    }

    private Task<bool> TryTakeAsync(RegistrationRecord adopted, string fromNodeId, Guid? offer, CancellationToken cancel) =>
        offer is { } named ? registrations.TryTakeAsync(adopted, fromNodeId, named, cancel) : registrations.TryAdoptAsync(adopted, fromNodeId, cancel);

    /// <summary>The REGISTER and what both sides of the calls are told leave at once.</summary>
    private async Task<Task<RegistrationResult>> TakeUpAsync(
        RegistrationRecord record, SubscriberRecord subscriber, IReadOnlyList<CallRecord> left, CancellationToken cancel)
    {
        List<(CallRecord Row, SavedCall Saved)> moving = [];
        List<CallRecord> lost = [];
        foreach (var call in left)
        {
            if (options.Calls.MovesCalls && seal.TryOpen(call) is { } saved) moving.Add((call, saved));
            else lost.Add(call);
        }

        var told = left.Count == 0 ? [] : await NewestSequencesAsync(new DeviceKey(record.PhoneNumber, record.DeviceId), cancel);
        var kept = moving.ConvertAll(call => new KeptCall(call.Row, call.Saved, told.GetValueOrDefault(call.Row.CallId)));
        var decided = await loop.AskAsync(now =>
        {
            var decision = control.Register(now, record, subscriber);
            lost.AddRange(kept.Where(call => !control.TryTakeUp(now, call)).Select(call => call.Row));
            return decision;
        });
        foreach (var call in kept) otherEnds.Seek(call);
        foreach (var call in lost) await EndAsync(call, told, cancel);
        return decided;
    }

    private async Task FinishAsync(Begun begun, CancellationToken cancel)
    {
        RegistrationResult result;
        try
        {
            result = await begun.Decided.WaitAsync(RegistrarTime, cancel);
        }
        catch (TimeoutException)
        {
            await loop.AskAsync(now => control.Remove(now, begun.Record.RegistrationId, CallEnd.RegistrationLost));
            result = new RegistrationResult(RegistrationFault.ImsUnreachable, "The IMS did not answer.");
        }

        if (result.Fault is not { } fault) return;
        log.AdoptionFailed(begun.Record.RegistrationId, fault.ToString());
        await LetGoAsync(begun.Record, RegistrationEndReason.NetworkTerminated, result.Detail, cancel);
    }

    /// <summary>Nobody waits for its end.</summary>
    private async Task FinishGuardedAsync(Begun begun)
    {
        try
        {
            await FinishAsync(begun, CancellationToken.None);
        }
        catch (Exception fault)
        {
            log.AdoptionFailed(begun.Record.RegistrationId, fault.GetType().Name);
        }
    }

    private async Task<IReadOnlyList<CallRecord>> CallsOfAsync(RegistrationRecord record, string nodeId, CancellationToken cancel) =>
        [.. (await calls.ListLiveAsync(record.PhoneNumber, nodeId, cancel)).Where(call => call.RegistrationId == record.RegistrationId && !call.IsOnPhone)];

    /// <summary>
    /// Numbers of the newest event of each call of a device. The row is written before its event, so a death between the two leaves a
    /// number in the row that was never told; the log knows.
    /// </summary>
    private async Task<Dictionary<string, int>> NewestSequencesAsync(DeviceKey device, CancellationToken cancel)
    {
        Dictionary<string, int> newest = [];
        for (long cursor = 0; ;)
        {
            var page = await events.ReadAsync(device, cursor, LogPage, cancel);
            foreach (var entry in page)
            {
                cursor = entry.Position;
                if (entry.Data is CallEventData data) newest[data.CallId] = Math.Max(newest.GetValueOrDefault(data.CallId), data.SequenceNumber);
            }

            if (page.Count < LogPage) return newest;
        }
    }

    private async Task LetGoAsync(RegistrationRecord record, RegistrationEndReason reason, string? description, CancellationToken cancel)
    {
        var deleted = journal.DeleteAsync(record);
        var data = new RegistrationEndedData(record.RegistrationId, reason, description);
        var told = journal.TellAsync(new DeviceKey(record.PhoneNumber, record.DeviceId), data, wallClock.GetUtcNow());
        await Task.WhenAll(deleted, told).WaitAsync(cancel);
    }
}

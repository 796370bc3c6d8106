using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Registrations;
using Byon.MediaNode.Journaling;
using Byon.MediaNode.Signalling;
using Byon.MediaNode.Telemetry;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.MediaNode.Pool;

/// <summary>
/// Cleans up after a node that is gone: its calls end with an event, its registrations move here. Every step can be done again
/// by the next node if this one dies as well.
/// </summary>
public sealed class Takeover(
    SignallingLoop loop, CallControl control, RegistrationStore registrations, CallStore calls, EventLog events,
    SubscriberStore subscribers, NodeStore nodes, Journal journal, NodeOptions options, NodeMetrics metrics, TimeProvider wallClock,
    ILogger<Takeover> log)
{
    private const int AdoptedAtOnce = 16;
    private const int LogPage = 500;

    private static readonly TimeSpan RegistrarTime = TimeSpan.FromSeconds(35);

    /// <summary>The caller has won <see cref="NodeStore.TryMarkGoneAsync"/>, or is that node's next life.</summary>
    public async Task CleanUpAfterAsync(string nodeId, CancellationToken cancel)
    {
        var left = await calls.ListLiveByNodeAsync(nodeId, cancel);
        var held = await registrations.ListByNodeAsync(nodeId, cancel);
        if (left.Count + held.Count > 0) log.TakingOver(nodeId, left.Count, held.Count);
        metrics.NodesTakenOver.Add(1);

        // The calls first: somebody stares at a silent page.
        foreach (var call in left) await EndAsync(call, cancel);
        await Parallel.ForEachAsync(
            held, new ParallelOptions { MaxDegreeOfParallelism = AdoptedAtOnce, CancellationToken = cancel },
            async (record, _) => await AdoptGuardedAsync(record, nodeId, cancel));
        if (nodeId != options.Id) await nodes.DeleteAsync(nodeId, cancel);
    }

    private async Task EndAsync(CallRecord call, CancellationToken cancel)
    {
        var device = new DeviceKey(call.PhoneNumber, call.DeviceId);
        if (call.IsOnPhone)
        {
            // Its device heard of its end when the phone took it.
            await journal.DeleteCallAsync(device, call.CallId).WaitAsync(cancel);
            return;
        }

        var now = wallClock.GetUtcNow();
        var number = await NewestSequenceAsync(device, call, cancel) + 1;
        var end = CallEnd.NodeLost;
        var ended = call with
        {
            Status = end.State.ToStatus(),
            Reason = end.Words,
            Ending = end.ToEnding(),
            SequenceNumber = number,
            EndedAt = now,
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

    /// <summary>
    /// Number of the call's newest event. The row is written before its event, so a death between the two leaves a number in
    /// the row that was never told; the log knows.
    /// </summary>
    private async Task<int> NewestSequenceAsync(DeviceKey device, CallRecord call, CancellationToken cancel)
    {
        var newest = 0;
        for (long cursor = 0; ;)
        {
            var page = await events.ReadAsync(device, cursor, LogPage, cancel);
            foreach (var entry in page)
            {
                cursor = entry.Position;
                if (entry.Data is CallEventData data && data.CallId == call.CallId) newest = Math.Max(newest, data.SequenceNumber);
            }

            if (page.Count < LogPage) return newest;
        }
    }

    /// <summary>A registration that cannot be taken over for a reason of its own must not keep the others from it.</summary>
    private async Task AdoptGuardedAsync(RegistrationRecord record, string fromNodeId, CancellationToken cancel)
    {
        try
        {
            await AdoptAsync(record, fromNodeId, cancel);
        }
        catch (Exception fault) when (!StorageFault.IsAway(fault) && fault is not OperationCanceledException)
        {
            log.AdoptionFailed(record.RegistrationId, fault.GetType().Name);
            await LetGoAsync(record, RegistrationEndReason.NetworkTerminated, "The registration could not be moved.", cancel);
        }
    }

    private async Task AdoptAsync(RegistrationRecord record, string fromNodeId, CancellationToken cancel)
    {
        if (record.State != RegistrationState.Registered)
        {
            // Its command never answered, so nobody knows of it.
            await journal.DeleteAsync(record).WaitAsync(cancel);
            return;
        }

        if (record.ExpiresAt <= wallClock.GetUtcNow())
        {
            await LetGoAsync(record, RegistrationEndReason.RegistrationExpired, "The registration reached its expiry time.", cancel);
            return;
        }

        var adopted = record with { NodeId = options.Id };
        if (fromNodeId != options.Id && !await registrations.TryAdoptAsync(adopted, fromNodeId, cancel)) return;
        var result = await subscribers.GetAsync(record.PhoneNumber, cancel) is { } subscriber
            ? await RegisterAsync(adopted, subscriber, cancel)
            : new RegistrationResult(RegistrationFault.RefusedByIms, "The number is no longer provisioned.");
        if (result.Fault is not { } fault) return;

        log.AdoptionFailed(record.RegistrationId, fault.ToString());
        await LetGoAsync(adopted, RegistrationEndReason.NetworkTerminated, result.Detail, cancel);
    }

    private async Task<RegistrationResult> RegisterAsync(RegistrationRecord record, SubscriberRecord subscriber, CancellationToken cancel)
    {
        try
        {
            var decided = await loop.AskAsync(now => control.Register(now, record, subscriber));
            return await decided.WaitAsync(RegistrarTime, cancel);
        }
        catch (TimeoutException)
        {
            await loop.AskAsync(now => control.Remove(now, record.RegistrationId, CallEnd.RegistrationLost));
            return new RegistrationResult(RegistrationFault.ImsUnreachable, "The IMS did not answer.");
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

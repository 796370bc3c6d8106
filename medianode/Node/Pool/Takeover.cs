using Byon.MediaNode.Signalling;
using Byon.MediaNode.Telemetry;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.MediaNode.Pool;

/// <summary>
/// Cleans up after a node that is gone: its registrations move here with their connected calls, its other calls end with an event.
/// Every step can be done again by the next node if this one dies as well.
/// </summary>
public sealed class Takeover(
    SignallingLoop loop, CallControl control, Adoption adoption, RegistrationStore registrations, CallStore calls, NodeStore nodes,
    NodeOptions options, NodeMetrics metrics, ILogger<Takeover> log)
{
    private const int AdoptedAtOnce = 16;

    /// <summary>The caller has won <see cref="NodeStore.TryMarkGoneAsync"/>, or is that node's next life.</summary>
    public async Task CleanUpAfterAsync(string nodeId, CancellationToken cancel)
    {
        var left = await calls.ListLiveByNodeAsync(nodeId, cancel);
        var held = await registrations.ListByNodeAsync(nodeId, cancel);
        if (left.Count + held.Count > 0) log.TakingOver(nodeId, left.Count, held.Count);
        metrics.NodesTakenOver.Add(1);

        // What ends, first: somebody stares at a silent page.
        var ids = held.Select(record => record.RegistrationId).ToHashSet(StringComparer.Ordinal);
        var lost = left.Where(call => !(CanGoOn(call) && ids.Contains(call.RegistrationId)));
        // Where a first try was cut short, it may be here already, and its row is on the way.
        await adoption.EndAsync(await loop.AskAsync(_ => lost.Where(call => !control.Carries(call.CallId)).ToList()), cancel);

        await Parallel.ForEachAsync(
            held, new ParallelOptions { MaxDegreeOfParallelism = AdoptedAtOnce, CancellationToken = cancel },
            async (record, _) => await adoption.AdoptAsync(record, nodeId, cancel));
        if (nodeId != options.Id) await nodes.DeleteAsync(nodeId, cancel);
    }

    private bool CanGoOn(CallRecord call) => options.Calls.MovesCalls && call.Snapshot is not null;
}

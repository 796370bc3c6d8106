using System.Collections.Concurrent;
using Byon.MediaNode.Core;
using Byon.MediaNode.Journaling;
using Byon.MediaNode.Signalling;
using Byon.MediaNode.Telemetry;
using Byon.Platform.Control;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.MediaNode.Pool;

/// <summary>
/// Moves the connected calls of a node that is to stop, registration by registration: it lets nothing change in them, writes them down,
/// and has another node go on. Where none takes them they stay here, and are offered again.
/// </summary>
public sealed class Evacuation(
    SignallingLoop loop, CallControl control, NodeStore nodes, RegistrationStore registrations, PoolClient pool, NodeOptions options, TimeProvider wallClock,
    ILogger<Evacuation> log)
{
    private const int MovedAtOnce = 16;

    /// <summary>A node that says it is ready, and refuses, has filled up or is leaving too: its row tells so within a heartbeat.</summary>
    private static readonly TimeSpan AskedAgain = NodeRecord.HeartbeatInterval;

    /// <summary>Above the storage client's own retries.</summary>
    private static readonly TimeSpan StorageTime = TimeSpan.FromSeconds(4);

    private readonly ConcurrentDictionary<string, Instant> _refused = new();

    /// <summary>One round over what can move now.</summary>
    public async Task MoveAsync(CancellationToken cancel)
    {
        if (!options.Calls.MovesCalls) return;
        var movable = await loop.AskAsync(_ => control.Movable);
        if (movable.Count == 0 || await OthersAsync(cancel) is not { Count: > 0 } others) return;
        await Parallel.ForEachAsync(
            movable, new ParallelOptions { MaxDegreeOfParallelism = MovedAtOnce, CancellationToken = cancel },
            async (record, _) => await MoveAsync(record, others, cancel));
    }

    private async Task MoveAsync(RegistrationRecord record, List<NodeRecord> others, CancellationToken cancel)
    {
        if (await loop.AskAsync(now => control.Suspend(now, record.RegistrationId)) is not { } leaving) return;
        NodeRecord? taker = null;
        try
        {
            if (await IsStoredAsync(leaving)) taker = await OfferAsync(record, others, cancel);
            if (taker is not null) log.CallsHandedOver(record.RegistrationId, leaving.Calls.Count, taker.NodeId);
        }
        finally
        {
            await loop.AskAsync(now =>
            {
                if (taker is null) control.TakeBack(now, leaving);
                else control.LetGoOf(now, record.RegistrationId, leaving);
                return true;
            });
        }
    }

    private async Task<NodeRecord?> OfferAsync(RegistrationRecord record, List<NodeRecord> others, CancellationToken cancel)
    {
        foreach (var node in others.Where(MayBeAsked))
        {
            if (await AskStorageAsync(registrations.OfferAsync(record, cancel), cancel) is not { } offer) return null;
            if (await pool.AdoptAsync(node, record.RegistrationId, new AdoptCommand(record.PhoneNumber, options.Id, offer), cancel) is not { } why) return node;
            log.HandOverRefused(node.NodeId, why);
            _refused[node.NodeId] = MonotonicClock.Now;
            // It may have taken it all the same: the row knows. If not, it cannot do so any more.
            if (await AskStorageAsync(WithdrawAsync(record, cancel), cancel) == false) return node;
        }

        return null;
    }

    private async Task<bool?> WithdrawAsync(RegistrationRecord record, CancellationToken cancel) => await registrations.TryWithdrawAsync(record, cancel);

    private bool MayBeAsked(NodeRecord node) => !_refused.TryGetValue(node.NodeId, out var at) || MonotonicClock.Now - at >= AskedAgain;

    /// <summary>Null while the table cannot be reached.</summary>
    private static async Task<T?> AskStorageAsync<T>(Task<T?> asked, CancellationToken cancel)
        where T : struct
    {
        try
        {
            return await asked;
        }
        catch (Exception fault) when (StorageFault.IsAway(fault) && !cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Ready nodes that answer, the least loaded first; none while the table cannot be read.</summary>
    private async Task<List<NodeRecord>> OthersAsync(CancellationToken cancel)
    {
        try
        {
            var now = wallClock.GetUtcNow();
            var fresh = (await nodes.ListAsync(cancel))
                .Where(node => node.NodeId != options.Id && node.State == NodeState.Ready && node.IsFresh(now) && node.Load + 1 <= node.Capacity && MayBeAsked(node))
                .OrderBy(node => node.Load / node.Capacity).ToList();
            var ready = await Task.WhenAll(fresh.Select(node => pool.IsReadyAsync(node, cancel)));
            return [.. fresh.Where((_, index) => ready[index])];
        }
        catch (Exception fault) when (StorageFault.IsAway(fault) && !cancel.IsCancellationRequested)
        {
            log.NodeTableAway(StorageFault.Describe(fault));
            return [];
        }
    }

    private static async Task<bool> IsStoredAsync(LeavingCalls leaving)
    {
        try
        {
            return Array.TrueForAll(await leaving.Stored.WaitAsync(StorageTime), stored => stored);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}

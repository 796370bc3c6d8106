using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Journaling;
using Byon.MediaNode.Signalling;
using Byon.MediaNode.Telemetry;
using Byon.Platform.Control;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.MediaNode.Pool;

/// <summary>
/// Moves the connected calls of a node that is to stop, registration by registration: it falls silent in them, writes them down,
/// and has another node go on. With no other node that takes calls they stay here.
/// </summary>
public sealed class Evacuation(
    SignallingLoop loop, CallControl control, NodeStore nodes, RegistrationStore registrations, PoolClient pool, NodeOptions options, TimeProvider wallClock,
    ILogger<Evacuation> log)
{
    private const int MovedAtOnce = 16;

    /// <summary>Above the storage client's own retries.</summary>
    private static readonly TimeSpan StorageTime = TimeSpan.FromSeconds(4);

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
        if (await loop.AskAsync(now => control.LetGoOfCalls(now, record.RegistrationId)) is not { } released) return;
        var taker = await IsStoredAsync(released) ? await OfferAsync(record, others, cancel) : null;
        if (taker is not null)
        {
            log.CallsHandedOver(record.RegistrationId, released.Calls.Count, taker.NodeId);
            await loop.AskAsync(now =>
            {
                control.LetGoOf(now, record.RegistrationId);
                return true;
            });
            return;
        }

        // Its browser would not begin DTLS anew with the same certificate, so the call cannot come back here: it ends properly.
        await loop.AskAsync(now =>
        {
            foreach (var call in released.Calls.Where(call => control.TryTakeUp(now, call))) control.Abort(now, call.Row.CallId, CallEnd.NodeDraining);
            return true;
        });
    }

    private async Task<NodeRecord?> OfferAsync(RegistrationRecord record, List<NodeRecord> others, CancellationToken cancel)
    {
        foreach (var node in others)
        {
            if (await pool.AdoptAsync(node, record.RegistrationId, new AdoptCommand(record.PhoneNumber, options.Id), cancel) is not { } why) return node;
            log.HandOverRefused(node.NodeId, why);
            // It may have taken it all the same: the row knows.
            if (await HolderAsync(record, cancel) is { } holder && holder != options.Id) return others.Find(other => other.NodeId == holder) ?? node;
        }

        return null;
    }

    private async Task<string?> HolderAsync(RegistrationRecord record, CancellationToken cancel)
    {
        try
        {
            return (await registrations.GetAsync(record.PhoneNumber, record.RegistrationId, cancel))?.NodeId;
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
                .Where(node => node.NodeId != options.Id && node.State == NodeState.Ready && node.IsFresh(now) && node.Load + 1 <= node.Capacity)
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

    private static async Task<bool> IsStoredAsync(ReleasedCalls released)
    {
        try
        {
            return Array.TrueForAll(await released.Stored.WaitAsync(StorageTime), stored => stored);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}

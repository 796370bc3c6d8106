using Byon.Functions.Delivery;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.Functions.Timers;

/// <summary>
/// Finds what no message will: readers whose time is over, readers behind their log whose message was lost with the process
/// that had to send it, and rows that have been kept long enough. It ends nothing itself: it asks for a delivery, which ends
/// a reader under its lease, so once, however many sweep. Operations: 1 per 1,000 readers, 1 per device with readers.
/// </summary>
internal sealed class ReaderSweep(ReaderStore store, DeviceReaders readers, EventLog log, DeliveryQueue queue, TimeProvider clock, ILogger<ReaderSweep> logger)
{
    private const int AtOnce = 16;

    /// <summary>What is overdue by less is about to be done by a message.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task RunAsync(CancellationToken cancel)
    {
        var devices = new Dictionary<DeviceKey, List<StoredReader>>();
        await foreach (var reader in store.ListAllAsync(cancel))
        {
            var device = new DeviceKey(reader.Record.PhoneNumber, reader.Record.DeviceId);
            if (!devices.TryGetValue(device, out var list))
            {
                devices[device] = list = [];
            }

            list.Add(reader);
        }

        var lagging = 0;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel };
        await Parallel.ForEachAsync(devices, parallel, async (device, stop) =>
            Interlocked.Add(ref lagging, await SweepAsync(device.Key, device.Value, stop)));
        if (lagging > 0)
        {
            logger.ReadersLag(lagging);
        }
    }

    /// <summary>Answers how many lagged.</summary>
    private async Task<int> SweepAsync(DeviceKey device, List<StoredReader> all, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        foreach (var over in all.Where(reader => IsForgotten(reader.Record, now)))
        {
            await readers.TryRemoveAsync(over, cancel);
        }

        var alive = all.Select(reader => reader.Record).Where(record => record.State != ReaderState.Ended).ToList();
        if (alive.Count == 0)
        {
            return 0;
        }

        var (head, isAnnounced) = await log.ReadHeadAsync(device, cancel);
        if (!isAnnounced)
        {
            await log.AnnounceReadersAsync(device, cancel);
        }

        var due = alive.Where(record => IsDue(record, head, now)).ToList();
        foreach (var record in due)
        {
            await queue.SendAsync(new DeliveryRequest(device, record.ReaderId), null, cancel);
        }

        return due.Count(record => record.Progress.Cursor < head);
    }

    private static bool IsForgotten(ReaderRecord record, DateTimeOffset now) =>
        record.State == ReaderState.Ended && (record.EndedAt ?? record.CreatedAt) + ReaderStore.KeptAfterEnd < now;

    private static bool IsDue(ReaderRecord record, long head, DateTimeOffset now)
    {
        if (ReaderHold.IsHeld(record, now) || record.Progress.RetryAt + Patience > now)
        {
            return false;
        }

        return record.State == ReaderState.Ending || record.End?.At <= now || record.Progress.Cursor < head;
    }
}

using Byon.MediaNode.Telemetry;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.MediaNode.Journaling;

/// <summary>
/// Writes rows and events in the order in which they happened, device by device, off the signalling thread. While storage is
/// away it keeps trying, so that nothing is lost as long as memory allows, and nothing of one device overtakes.
/// </summary>
public sealed class Journal(
    CallStore calls, RegistrationStore registrations, EventLog events, EventPusher pusher, DeliveryRequester deliveries, CallSeal seal, NodeMetrics metrics,
    ILogger<Journal> log) : IDisposable
{
    /// <summary>What may wait in all, some 100 MB with SDPs; above it new entries are given up.</summary>
    private const int MostPending = 20_000;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly DeviceQueues _queues = new(MostPending);
    private readonly CancellationTokenSource _stopping = new();
    private int _isAway;

    /// <summary>Entries that wait or are being written.</summary>
    public int Pending => _queues.Pending;

    /// <returns>True once stored; false where it was given up. So for all that follow.</returns>
    /// <param name="saved">Goes into the row, sealed.</param>
    public Task<bool> PutAsync(DeviceKey device, CallRecord record, SavedCall? saved = null) => Enqueue(
        device, cancel => calls.PutAsync(saved is null ? record : record with { Snapshot = seal.TryClose(record, saved) }, cancel));

    public Task<bool> DeleteCallAsync(DeviceKey device, string callId) =>
        Enqueue(device, cancel => calls.DeleteAsync(device.PhoneNumber, callId, cancel));

    public Task<bool> UpdateAsync(RegistrationRecord record) => Enqueue(DeviceOf(record), cancel => registrations.UpdateAsync(record, cancel));

    public Task<bool> DeleteAsync(RegistrationRecord record) => Enqueue(DeviceOf(record), cancel => registrations.DeleteAsync(record, cancel));

    /// <summary>Appends to the device's log, has it delivered to the log's readers, and pushes to the device's channels.</summary>
    public Task<bool> TellAsync(DeviceKey device, DeviceEventData data, DateTimeOffset time)
    {
        // The id is made once, so that an append whose answer was lost is recognised when it is tried again.
        var eventId = Guid.NewGuid().ToString();
        return Enqueue(device, async cancel =>
        {
            var (stored, hasReaders) = await events.AppendAsync(device, eventId, data, time, cancel);
            if (hasReaders) deliveries.Ask(device);
            // Where somebody else has told the same, theirs is pushed already.
            if (stored.EventId == eventId) pusher.Push(stored);
        });
    }

    /// <summary>Waits until nothing is pending; false where that takes longer than it may.</summary>
    public async Task<bool> FlushAsync(TimeSpan limit)
    {
        using var late = new CancellationTokenSource(limit);
        if (await _queues.FlushAsync(late.Token))
            return await pusher.FlushAsync(late.Token);
        log.JournalNotFlushed(Pending);
        return false;
    }

    /// <summary>What is still pending is given up.</summary>
    public void Dispose() => _stopping.Cancel();

    private static DeviceKey DeviceOf(RegistrationRecord record) => new(record.PhoneNumber, record.DeviceId);

    private Task<bool> Enqueue(DeviceKey device, Func<CancellationToken, Task> work)
    {
        var entry = new JournalEntry(work);
        if (!_queues.TryEnqueue(device, entry, one => StoreAsync(one, _stopping.Token)))
        {
            metrics.JournalEntriesLost.Add(1);
            log.JournalFull(MostPending);
        }

        return entry.Stored;
    }

    private async Task<bool> StoreAsync(JournalEntry entry, CancellationToken stopping)
    {
        var pause = FirstPause;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await entry.Work(stopping);
                if (Interlocked.Exchange(ref _isAway, 0) == 1) log.StorageBack();
                return true;
            }
            catch (Exception fault) when (StorageFault.IsAway(fault))
            {
                metrics.JournalRetries.Add(1);
                if (Interlocked.Exchange(ref _isAway, 1) == 0) log.StorageAway(StorageFault.Describe(fault));
            }
            catch (Exception fault)
            {
                // A bug, or a row that storage will never take: it must not hold up everything behind it.
                metrics.JournalEntriesLost.Add(1);
                log.JournalEntryFailed(StorageFault.Describe(fault));
                return false;
            }

            await Task.Delay(pause, stopping).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        return false;
    }
}

using System.Collections.Concurrent;
using Byon.Platform.Events;

namespace Byon.MediaNode.Journaling;

/// <summary>Work per device, one piece after the other; devices beside each other. Bounded in all.</summary>
/// <param name="most">What may wait.</param>
internal sealed class DeviceQueues(int most)
{
    private readonly ConcurrentDictionary<DeviceKey, DeviceQueue> _queues = new();
    private int _pending;

    /// <summary>Entries that wait or are being carried out.</summary>
    public int Pending => Volatile.Read(ref _pending);

    /// <summary>False where too much waits already: the entry is given up.</summary>
    /// <param name="carryOut">Tells whether it was done; it never throws.</param>
    public bool TryEnqueue(DeviceKey device, JournalEntry entry, Func<JournalEntry, Task<bool>> carryOut)
    {
        if (Interlocked.Increment(ref _pending) > most)
        {
            Interlocked.Decrement(ref _pending);
            entry.Complete(stored: false);
            return false;
        }

        // A queue that has run dry takes itself out of the table, so an entry may meet one that is closed.
        while (!_queues.GetOrAdd(device, _ => new DeviceQueue()).TryEnqueue(entry, queue => DrainAsync(device, queue, carryOut)))
        {
        }

        return true;
    }

    /// <summary>Waits until nothing is pending; false where that takes longer than it may.</summary>
    public async Task<bool> FlushAsync(CancellationToken late)
    {
        foreach (var queue in _queues.Values)
        {
            try
            {
                await queue.RanDry.WaitAsync(late);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }

        return true;
    }

    private async Task DrainAsync(DeviceKey device, DeviceQueue queue, Func<JournalEntry, Task<bool>> carryOut)
    {
        while (queue.TryPeek(out var entry))
        {
            var done = await carryOut(entry);
            queue.Dequeue();
            Interlocked.Decrement(ref _pending);
            entry.Complete(done);
        }

        _queues.TryRemove(KeyValuePair.Create(device, queue));
        queue.Close();
    }
}

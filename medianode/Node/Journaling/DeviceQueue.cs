using System.Diagnostics.CodeAnalysis;

namespace Byon.MediaNode.Journaling;

/// <summary>What waits for one device. It lives from its first entry until it has run dry.</summary>
internal sealed class DeviceQueue
{
    private readonly Lock _guard = new();
    private readonly Queue<JournalEntry> _entries = new();
    private readonly TaskCompletionSource _ranDry = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isStarted;
    private bool _isDry;

    /// <summary>Completes when the queue has run dry, which is its end.</summary>
    public Task RanDry => _ranDry.Task;

    /// <summary>False: it has run dry meanwhile, and the entry belongs into a new queue.</summary>
    /// <param name="drain">Started with the first entry.</param>
    public bool TryEnqueue(JournalEntry entry, Func<DeviceQueue, Task> drain)
    {
        lock (_guard)
        {
            if (_isDry) return false;
            _entries.Enqueue(entry);
            if (_isStarted) return true;
            _isStarted = true;
        }

        _ = Task.Run(() => drain(this));
        return true;
    }

    /// <summary>The entry to be written next; false ends the queue.</summary>
    public bool TryPeek([NotNullWhen(true)] out JournalEntry? entry)
    {
        lock (_guard)
        {
            if (_entries.TryPeek(out entry)) return true;
            _isDry = true;
            return false;
        }
    }

    public void Dequeue()
    {
        lock (_guard) _entries.Dequeue();
    }

    public void Close() => _ranDry.TrySetResult();
}

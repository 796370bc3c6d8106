using Byon.MediaNode.Core;

namespace Byon.MediaNode.Io;

/// <summary>Something with one deadline at most. Both members are the heap's to set.</summary>
internal abstract class DeadlineEntry
{
    public Instant Deadline { get; set; }

    /// <summary>Place in the <see cref="DeadlineHeap{T}"/>; -1 for none.</summary>
    public int HeapIndex { get; set; } = -1;
}

/// <summary>Deadlines, the earliest first: a binary heap in which each entry's place is known, so that moving one is cheap.</summary>
internal sealed class DeadlineHeap<T>
    where T : DeadlineEntry
{
    private readonly List<T> _heap = [];

    public Instant? Earliest => _heap.Count == 0 ? null : _heap[0].Deadline;

    /// <summary>The entry whose deadline has come; it keeps its place until its deadline is set anew.</summary>
    public T? Due(Instant now) => _heap.Count > 0 && _heap[0].Deadline <= now ? _heap[0] : null;

    public void Set(T entry, Instant? deadline)
    {
        if (deadline is not { } at)
        {
            Remove(entry);
            return;
        }

        if (entry.HeapIndex < 0)
        {
            entry.HeapIndex = _heap.Count;
            _heap.Add(entry);
        }

        entry.Deadline = at;
        Rise(entry.HeapIndex);
        Sink(entry.HeapIndex);
    }

    public void Remove(T entry)
    {
        var index = entry.HeapIndex;
        if (index < 0) return;
        entry.HeapIndex = -1;
        var last = _heap[^1];
        _heap.RemoveAt(_heap.Count - 1);
        if (last == entry) return;
        Place(last, index);
        Rise(last.HeapIndex);
        Sink(last.HeapIndex);
    }

    private void Rise(int index)
    {
        var entry = _heap[index];
        while (index > 0 && _heap[(index - 1) / 2].Deadline > entry.Deadline)
        {
            Place(_heap[(index - 1) / 2], index);
            index = (index - 1) / 2;
        }

        Place(entry, index);
    }

    private void Sink(int index)
    {
        var entry = _heap[index];
        while (true)
        {
            var child = index * 2 + 1;
            if (child >= _heap.Count) break;
            if (child + 1 < _heap.Count && _heap[child + 1].Deadline < _heap[child].Deadline) child++;
            if (_heap[child].Deadline >= entry.Deadline) break;
            Place(_heap[child], index);
            index = child;
        }

        Place(entry, index);
    }

    private void Place(T entry, int index)
    {
        _heap[index] = entry;
        entry.HeapIndex = index;
    }
}

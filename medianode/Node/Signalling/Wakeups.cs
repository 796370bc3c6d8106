using Byon.MediaNode.Core;

namespace Byon.MediaNode.Signalling;

/// <summary>Something with a deadline that the signalling loop keeps.</summary>
internal abstract class Sleeper
{
    /// <summary>Where it stands in <see cref="Wakeups"/>; null when it waits for nothing.</summary>
    public Instant? WakesAt { get; set; }
}

/// <summary>The deadlines of all calls and registrations, earliest first. A moved deadline leaves its old entry behind, which is skipped when it comes up.</summary>
internal sealed class Wakeups
{
    private readonly PriorityQueue<(Sleeper Sleeper, Instant At), Instant> _queue = new();

    public Instant? Earliest
    {
        get
        {
            SkipStale();
            return _queue.TryPeek(out _, out var at) ? at : null;
        }
    }

    public void Set(Sleeper sleeper, Instant? at)
    {
        if (sleeper.WakesAt == at) return;
        sleeper.WakesAt = at;
        if (at is { } deadline) _queue.Enqueue((sleeper, deadline), deadline);
    }

    /// <summary>The next one that is due; its deadline is taken off.</summary>
    public Sleeper? TakeDue(Instant now)
    {
        SkipStale();
        if (!_queue.TryPeek(out var first, out var at) || at > now) return null;
        _queue.Dequeue();
        first.Sleeper.WakesAt = null;
        return first.Sleeper;
    }

    private void SkipStale()
    {
        while (_queue.TryPeek(out var entry, out _) && entry.Sleeper.WakesAt != entry.At) _queue.Dequeue();
    }
}

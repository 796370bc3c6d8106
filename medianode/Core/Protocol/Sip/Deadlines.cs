namespace Byon.MediaNode.Core.Protocol.Sip;

/// <summary>The next deadline of each of many owners, found in logarithmic time.</summary>
internal sealed class Deadlines<T>
    where T : class
{
    private readonly SortedSet<Entry> _order = [];
    private readonly Dictionary<T, Entry> _byOwner = new(ReferenceEqualityComparer.Instance);
    private long _sequence;

    public Instant? Earliest => _order.Count == 0 ? null : _order.Min.At;

    public void Set(T owner, Instant? at)
    {
        if (_byOwner.Remove(owner, out var old)) _order.Remove(old);
        if (at is null) return;
        var entry = new Entry(at.Value, _sequence++, owner);
        _byOwner.Add(owner, entry);
        _order.Add(entry);
    }

    /// <summary>Takes out the earliest owner whose deadline has come; it has none until <see cref="Set"/> is called again.</summary>
    public bool TryTakeDue(Instant now, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? owner)
    {
        owner = null;
        if (_order.Count == 0 || _order.Min.At > now) return false;
        owner = _order.Min.Owner;
        Set(owner, null);
        return true;
    }

    private readonly record struct Entry(Instant At, long Sequence, T Owner) : IComparable<Entry>
    {
        public int CompareTo(Entry other)
        {
            var byTime = At.CompareTo(other.At);
            return byTime != 0 ? byTime : Sequence.CompareTo(other.Sequence);
        }
    }
}

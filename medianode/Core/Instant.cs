namespace Byon.MediaNode.Core;

/// <summary>A point on the node's monotonic clock, in ticks of 100 ns from an arbitrary start. Never a wall-clock time.</summary>
public readonly record struct Instant(long Ticks) : IComparable<Instant>
{
    public static Instant operator +(Instant at, TimeSpan by) => new(at.Ticks + by.Ticks);

    public static Instant operator -(Instant at, TimeSpan by) => new(at.Ticks - by.Ticks);

    public static TimeSpan operator -(Instant later, Instant earlier) => new(later.Ticks - earlier.Ticks);

    public static bool operator <(Instant a, Instant b) => a.Ticks < b.Ticks;

    public static bool operator >(Instant a, Instant b) => a.Ticks > b.Ticks;

    public static bool operator <=(Instant a, Instant b) => a.Ticks <= b.Ticks;

    public static bool operator >=(Instant a, Instant b) => a.Ticks >= b.Ticks;

    public int CompareTo(Instant other) => Ticks.CompareTo(other.Ticks);

    /// <summary>The earlier of two deadlines, where null means "none".</summary>
    public static Instant? Earliest(Instant? a, Instant? b) =>
        a is null ? b : b is null ? a : a.Value <= b.Value ? a : b;
}

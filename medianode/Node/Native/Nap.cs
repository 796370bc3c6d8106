namespace Byon.MediaNode.Native;

/// <summary>Sleeps of less than a millisecond, which .NET has none of.</summary>
internal static unsafe class Nap
{
    /// <summary>May end early, at a signal.</summary>
    public static void For(TimeSpan duration)
    {
        var time = new Posix.TimeSpecification { Nanoseconds = duration.Ticks * 100 };
        _ = Posix.Sleep(&time, null);
    }
}

using System.Runtime.InteropServices;

namespace Byon.Tests.Bench.Media.Load;

/// <summary>Sleeps shorter than a millisecond, which .NET has none of.</summary>
internal static unsafe partial class Nanosleep
{
    public static void For(long nanoseconds)
    {
        var time = (Seconds: 0L, Nanoseconds: nanoseconds);
        _ = Sleep(&time, null);
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int Sleep((long Seconds, long Nanoseconds)* time, void* remaining);
}

namespace Byon.MediaNode.Native;

internal static unsafe class Processor
{
    /// <summary>PRIO_PROCESS.</summary>
    private const int PriorityOfThread = 0;

    /// <summary>About ten times the share of a thread at 0. Those still get theirs where media would want everything.</summary>
    private const int PreferredNice = -10;

    /// <summary>Keeps the calling thread on one processor. Where that is not allowed, the kernel goes on choosing.</summary>
    public static void Pin(int core)
    {
        var mask = stackalloc ulong[16];
        mask[core / 64 % 16] = 1ul << (core % 64);
        _ = Posix.SetAffinity(0, 16 * sizeof(ulong), mask);
    }

    /// <summary>
    /// Lets the calling thread go before others that want the same processor (setpriority(2): on Linux, a thread's own): otherwise it
    /// waits for as long as one of them may run, some milliseconds. False where that is not allowed (RLIMIT_NICE, CAP_SYS_NICE).
    /// </summary>
    public static bool TryPrefer() => Posix.SetPriority(PriorityOfThread, 0, PreferredNice) == 0;
}

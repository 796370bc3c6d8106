namespace Byon.MediaNode.Native;

internal static unsafe class Processor
{
    /// <summary>Keeps the calling thread on one processor. Where that is not allowed, the kernel goes on choosing.</summary>
    public static void Pin(int core)
    {
        var mask = stackalloc ulong[16];
        mask[core / 64 % 16] = 1ul << (core % 64);
        _ = Posix.SetAffinity(0, 16 * sizeof(ulong), mask);
    }
}

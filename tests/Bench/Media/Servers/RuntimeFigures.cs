using System.Runtime;

namespace Byon.Tests.Bench.Media.Servers;

/// <summary>What the runtime of a server has done since it started.</summary>
/// <param name="Allocated">Bytes, of all threads.</param>
/// <param name="Pauses">For the garbage collector, together.</param>
/// <param name="Compiled">Methods by the JIT, each time they were.</param>
/// <param name="Complexity">Of the Opus encoders now.</param>
internal sealed record RuntimeFigures(long Allocated, TimeSpan Pauses, int Collections, long Compiled, int Complexity)
{
    public static RuntimeFigures Now(int complexity) => new(
        GC.GetTotalAllocatedBytes(precise: true), GC.GetTotalPauseDuration(), GC.CollectionCount(0), JitInfo.GetCompiledMethodCount(), complexity);
}

using Byon.Tests.TestKit;

namespace Byon.Tests.Bench.Api;

/// <summary>Times of one operation through the host and straight to the executable, taken in turn.</summary>
internal sealed record ApiLatency(string Name, IReadOnlyList<TimeSpan> Host, IReadOnlyList<TimeSpan> Executable)
{
    public double HostMedian => Median(Host);

    public double ExecutableMedian => Median(Executable);

    /// <summary>How much the host makes of it.</summary>
    public double Ratio => HostMedian / ExecutableMedian;

    /// <summary>What functions read and write for it; tests hold it to that.</summary>
    public int? StorageOperations => Budgets.StorageOperations.TryGetValue(Name, out var budget) ? budget : null;

    /// <summary>In milliseconds.</summary>
    public static double Median(IReadOnlyList<TimeSpan> runs) => new Figure("", "", runs).Median.TotalMilliseconds;
}

/// <summary>Requests per second with several devices at once.</summary>
internal sealed record ApiLoad(string Name, int AtOnce, double Host, double Executable)
{
    public double Ratio => Host / Executable;
}

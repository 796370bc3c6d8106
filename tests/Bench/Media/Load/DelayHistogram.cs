namespace Byon.Tests.Bench.Media.Load;

/// <summary>One-way delays in steps of 10 µs up to 500 ms.</summary>
internal sealed class DelayHistogram
{
    private const int StepNanoseconds = 10_000;
    private readonly long[] _counts = new long[50_000];

    public long Count { get; private set; }

    public void Add(long nanoseconds)
    {
        _counts[Math.Clamp(nanoseconds / StepNanoseconds, 0, _counts.Length - 1)]++;
        Count++;
    }

    public void Clear()
    {
        Array.Clear(_counts);
        Count = 0;
    }

    /// <summary>In milliseconds; not a number where nothing was measured.</summary>
    public double Percentile(double share)
    {
        var wanted = (long)Math.Ceiling(Count * share);
        long seen = 0;
        for (var step = 0; step < _counts.Length && Count > 0; step++)
        {
            seen += _counts[step];
            if (seen >= wanted) return step * (StepNanoseconds / 1e6);
        }

        return double.NaN;
    }
}

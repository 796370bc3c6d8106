namespace Byon.Tests.Bench;

/// <summary>One measured quantity: its name as the reader sees it, and every run's time.</summary>
internal sealed record Figure(string Group, string Name, IReadOnlyList<TimeSpan> Runs)
{
    public TimeSpan Least => Runs.Min();

    public TimeSpan Most => Runs.Max();

    public TimeSpan Median
    {
        get
        {
            var sorted = Runs.Order().ToList();
            var middle = sorted.Count / 2;
            return sorted.Count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }
    }
}

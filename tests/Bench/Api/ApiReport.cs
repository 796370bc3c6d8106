using System.Globalization;
using System.Text;
using Byon.Tests.TestKit;

namespace Byon.Tests.Bench.Api;

/// <summary>The figures as a table for people, with what they were measured on and how.</summary>
internal sealed record ApiReport(IReadOnlyList<ApiLatency> Latencies, IReadOnlyList<ApiLoad> Loads, IReadOnlyList<Figure> Events)
{
    private const string Method =
        """
        One device's life and call, one request after the other, through the mini Functions host and straight to the executable behind it, in turn:
        medians. One media node, the IMS simulator, Azurite and the Web PubSub double on the same machine and busy with it. Storage operations are
        those of functions alone, as in tests/Bench/budgets.json, which tests hold them to; what the node adds is below them. Throughput is with
        rate limits off, the median of three rounds. Events are timed by a capture of the loopback interface; the webhook goes through the queue.
        """;

    public string Text()
    {
        var text = new StringBuilder().AppendLine().AppendLine(Report.Machine()).AppendLine(Report.Versions("libssl3")).AppendLine();
        Line(text, $"{"latency, median",-34} {"storage",8} {"host",10} {"executable",12} {"ratio",8}");
        foreach (var each in Latencies)
            Line(text, $"  {each.Name,-32} {each.StorageOperations,8} {each.HostMedian,7:0.0} ms {each.ExecutableMedian,9:0.0} ms {each.Ratio,8:0.00}");
        Line(text, $"{Environment.NewLine}{"requests per second",-34} {"at once",8} {"host",10} {"executable",12} {"ratio",8}");
        foreach (var each in Loads)
            Line(text, $"  {each.Name,-32} {each.AtOnce,8} {each.Host,10:0} {each.Executable,12:0} {each.Ratio,8:0.00}");
        text.AppendLine();
        foreach (var each in Budgets.StorageOperations.Where(budget => budget.Key.StartsWith("node: ", StringComparison.Ordinal)))
            Line(text, $"  storage operations of the {each.Key,-52} {each.Value,3}");
        if (Events.Count > 0)
        {
            Line(text, $"{Environment.NewLine}{Events[0].Group,-52} {"least",10} {"median",10} {"most",10}");
            foreach (var each in Events)
                Line(text, $"  {each.Name,-50} {Report.Time(each.Least),10} {Report.Time(each.Median),10} {Report.Time(each.Most),10}");
        }

        return text.AppendLine().AppendLine(Method).ToString();
    }

    private static void Line(StringBuilder text, FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}

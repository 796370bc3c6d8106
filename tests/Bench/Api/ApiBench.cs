using Byon.Tests.TestKit;

namespace Byon.Tests.Bench.Api;

/// <summary>The API as its clients meet it: latency, throughput, and how soon events come.</summary>
internal static class ApiBench
{
    private const int Lives = 30;
    private const int Rings = 20;

    public static async Task MeasureAsync(TextWriter output)
    {
        await using var stack = await ApiStack.StartAsync();
        var latencies = await RequestLatency.MeasureAsync(stack, Lives);
        var loads = await RequestLoad.MeasureAsync(stack);
        var events = await EventLatency.MeasureAsync(stack, Rings, output);

        var report = new ApiReport(latencies, loads, events);
        var folder = Directory.CreateDirectory(RepositoryRoot.Combine("out", "bench")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "api.txt"), report.Text());
        await File.WriteAllTextAsync(Path.Combine(folder, "api.svg"), ApiPlot.Svg(report));
        await output.WriteAsync(report.Text());
        await output.WriteLineAsync($"Table and plot: {Path.GetRelativePath(Environment.CurrentDirectory, folder)}/api.txt, api.svg");
    }
}

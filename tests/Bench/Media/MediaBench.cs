using System.Globalization;
using Byon.Tests.Bench.Media.Servers;
using Byon.Tests.TestKit;

namespace Byon.Tests.Bench.Media;

/// <summary>Our node's media engine beside Debian's rtpengine: the same load on the same processor, in turn.</summary>
internal static class MediaBench
{
    private const int Repetitions = 2;
    private const int MostSteps = 7;
    private const double Growth = 1.2;

    private static readonly TimeSpan CostWindow = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan LimitWindow = TimeSpan.FromSeconds(4);

    private static IReadOnlyList<MediaServerKind> Servers { get; } =
    [
        new("rtpengine", static async () => await RtpengineServer.StartAsync()),
        new("node", static () => Task.FromResult<MediaServer>(NodeServer.Start())),
    ];

    /// <param name="limits">Looks for the largest number of calls as well, which takes some minutes more.</param>
    public static async Task MeasureAsync(TextWriter output, bool limits)
    {
        if (Environment.ProcessorCount < 2)
        {
            await output.WriteLineAsync("The load needs a processor of its own beside the server's: skipped.");
            return;
        }

        List<MediaRun> runs = [];
        foreach (var of in MediaCase.All)
        {
            for (var repetition = 0; repetition < Repetitions; repetition++)
            {
                foreach (var server in Servers) runs.Add(await MeasureAsync(output, server, of, of.Calls, CostWindow));
            }
        }

        List<MediaLimit> found = [];
        foreach (var of in limits ? MediaCase.All : [])
        {
            foreach (var server in Servers) found.Add(await FindLimitAsync(output, server, of));
        }

        await WriteAsync(output, new MediaReport(runs, found));
    }

    /// <summary>More calls by a fifth each time, until too much is lost or late.</summary>
    private static async Task<MediaLimit> FindLimitAsync(TextWriter output, MediaServerKind server, MediaCase of)
    {
        MediaRun? good = null;
        double calls = of.Calls;
        for (var step = 0; step < MostSteps; step++, calls *= Growth)
        {
            var run = await MeasureAsync(output, server, of, (int)calls, LimitWindow);
            if (run.IsLoadLate) return new MediaLimit(server.Name, of, good?.Calls ?? 0, LoadWasTheLimit: true);
            if (!run.IsGood) return new MediaLimit(server.Name, of, good?.Calls ?? 0, LoadWasTheLimit: false);
            good = run;
        }

        return new MediaLimit(server.Name, of, good!.Calls, LoadWasTheLimit: true);
    }

    private static async Task<MediaRun> MeasureAsync(TextWriter output, MediaServerKind server, MediaCase of, int calls, TimeSpan window)
    {
        await output.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"  {of.Name,-28} {server.Name,-10} {calls,5} calls  "));
        var run = await MediaRun.MeasureAsync(server, of, calls, window);
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{run.CpuPerCallSecond,7:0.00} ms/call-s  core {run.Core,4:P0}  loss {run.Load.Loss:P2}  delay p50 {run.Load.DelayP50:0.0} p99 {run.Load.DelayP99:0.0} ms"));
        return run;
    }

    private static async Task WriteAsync(TextWriter output, MediaReport report)
    {
        var folder = Directory.CreateDirectory(RepositoryRoot.Combine("out", "bench")).FullName;
        var text = report.Text();
        await output.WriteAsync(text);
        await File.WriteAllTextAsync(Path.Combine(folder, "media.txt"), text);
        await File.WriteAllTextAsync(Path.Combine(folder, "media.svg"), MediaPlot.Svg(report));
        await output.WriteLineAsync($"Table and plot: {Path.GetRelativePath(Environment.CurrentDirectory, folder)}/media.txt, media.svg");
    }
}

internal sealed record MediaServerKind(string Name, Func<Task<MediaServer>> Start);

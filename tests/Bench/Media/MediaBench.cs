using System.Globalization;
using Byon.Tests.Bench.Media.Servers;
using Byon.Tests.TestKit;

namespace Byon.Tests.Bench.Media;

/// <summary>Our node's media engine beside Debian's rtpengine: the same load on the same processor, in turn.</summary>
internal static class MediaBench
{
    /// <summary>Of cases with a goal for their cost or a relay's delay; the others only explain them.</summary>
    private const int Repetitions = 2;
    private const int SetUpRepetitions = 3;
    private const int MostSteps = 6;
    private const double Growth = 1.5;
    private const double Precision = 0.1;

    private static readonly TimeSpan CostWindow = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan LimitWindow = TimeSpan.FromSeconds(4);

    public static IReadOnlyList<MediaServerKind> Servers { get; } =
    [
        new(MediaServerKind.Rtpengine, CodecBuild.Debian, static async _ => await RtpengineServer.StartAsync(CodecBuild.Debian)),
        new(MediaServerKind.Node, CodecBuild.Debian, static of => Task.FromResult<MediaServer>(NodeServer.Start(of, CodecBuild.Debian))),
        new(MediaServerKind.RtpengineOwn, CodecBuild.Own, static async _ => await RtpengineServer.StartAsync(CodecBuild.Own)),
        new(MediaServerKind.Forwarder, CodecBuild.Debian, static _ => Task.FromResult<MediaServer>(ForwarderServer.Start())),
        new(MediaServerKind.NodeOwn, CodecBuild.Own, static of => Task.FromResult<MediaServer>(NodeServer.Start(of, CodecBuild.Own))),
    ];

    public static async Task MeasureAsync(TextWriter output, MediaOptions options)
    {
        if (Environment.ProcessorCount < 2)
        {
            await output.WriteLineAsync("The load needs a processor of its own beside the server's: skipped.");
            return;
        }

        var cases = MediaCase.All.Where(of => options.Case is null || of.Key == options.Case)
            .Select(of => of with { Calls = options.Calls ?? of.Calls, NodeCalls = options.Calls ?? of.NodeCalls }).ToList();
        var servers = Servers.Where(server => options.Server is null || server.Name == options.Server).ToList();
        if (!CodecBuilds.HasOwn)
        {
            await output.WriteLineAsync("The faster codec builds are not there (./byon codecs): only Debian's libraries are measured.");
            servers.RemoveAll(server => server.Codecs == CodecBuild.Own);
        }

        var setUps = await MeasureSetUpAsync(output, servers, cases);
        cases.RemoveAll(of => of.IsSetUp);
        List<MediaRun> runs = [];
        foreach (var of in cases)
        {
            for (var repetition = 0; repetition < (of.IsEasilySpoiled ? Repetitions : 1); repetition++)
            {
                foreach (var server in servers.Where(server => server.Fits(of))) runs.Add(await MeasureAsync(output, server, of, server.CallsOf(of), CostWindow));
            }
        }

        Dictionary<MediaCase, CodecCost> codecs = [];
        foreach (var of in cases.Where(of => !of.IsRelay && options.Server is null)) codecs[of] = await CodecCost.MeasureAsync(of);

        List<MediaLimit> found = [];
        foreach (var of in options.Limits ? cases.Where(of => of.LimitGoal is not null) : [])
        {
            foreach (var server in servers.Where(server => server is { IsPlain: false, Name: not MediaServerKind.RtpengineOwn } && server.Fits(of)))
            {
                // The node begins where its goal is.
                var other = found.Find(limit => limit.Case == of && limit.Calls > 0);
                found.Add(await FindLimitAsync(output, server, of, (int)(other?.Calls * of.LimitGoal ?? server.CallsOf(of))));
                await output.WriteLineAsync($"  {of.Name,-37} {server.Name,-13} {found[^1].Calls,5} calls at most{(found[^1].LoadWasTheLimit ? ", as many as the load can make" : "")}");
            }
        }

        if (options.Server is null) await WriteAsync(output, new MediaReport(setUps, runs, codecs, found));
    }

    private static async Task<List<SetUpRun>> MeasureSetUpAsync(TextWriter output, List<MediaServerKind> servers, List<MediaCase> cases)
    {
        List<SetUpRun> runs = [];
        foreach (var of in cases.Where(of => of.IsSetUp))
        {
            for (var repetition = 0; repetition < SetUpRepetitions; repetition++)
            {
                foreach (var server in servers.Where(server => server.Fits(of)))
                {
                    var run = await SetUpRun.MeasureAsync(server, of, of.Calls);
                    runs.Add(run);
                    await output.WriteLineAsync(string.Create(
                        CultureInfo.InvariantCulture,
                        $"  {of.Name,-28} {server.Name,-10} {of.Calls,5} calls  {run.Milliseconds,7:0.000} ms/call  allocated {run.BytesAllocated:0} B  collections {run.Collections}  others {run.Others:0.00}"));
                }
            }
        }

        return runs;
    }

    /// <summary>Half as many calls again each time, until too much is lost or late; then between the most that went well and the fewest that did not.</summary>
    private static async Task<MediaLimit> FindLimitAsync(TextWriter output, MediaServerKind server, MediaCase of, int first)
    {
        int good = 0, bad = 0, calls = first;
        var wasLate = false;
        for (var step = 0; step < MostSteps && (bad == 0 || bad - good > good * Precision); step++)
        {
            var run = await MeasureAsync(output, server, of, calls, LimitWindow);
            // What disturbs a machine for a moment only ever takes calls away.
            if (!run.IsWithinLimits) run = await MeasureAsync(output, server, of, calls, LimitWindow);
            if (run.IsWithinLimits) good = calls;
            else (bad, wasLate) = (calls, run.IsLoadLate);
            calls = bad == 0 ? (int)(calls * Growth) : (good + bad) / 2;
        }

        return new MediaLimit(server.Name, of, good, LoadWasTheLimit: bad == 0 || wasLate);
    }

    private static async Task<MediaRun> MeasureAsync(TextWriter output, MediaServerKind server, MediaCase of, int calls, TimeSpan window)
    {
        await output.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"  {of.Name,-37} {server.Name,-13} {calls,5} calls  "));
        var run = await MediaRun.MeasureAsync(server, of, calls, window);
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{run.CpuPerCallSecond,7:0.00} ms/call-s  core {run.Core,4:P0}  loss {run.Load.Loss:P2}  delay p50 {run.Load.DelayP50:0.0} p99 {run.Load.DelayP99:0.0} ms  others {run.Others:0.00}{(run.Complexity is { } complexity && !of.IsRelay ? $"  complexity {complexity}" : "")}"));
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

/// <param name="Name">On the command line.</param>
internal sealed record MediaServerKind(string Name, CodecBuild Codecs, Func<MediaCase, Task<MediaServer>> Start)
{
    public const string Rtpengine = "rtpengine", Node = "node", RtpengineOwn = "rtpengine-own", NodeOwn = "node-own", Forwarder = "forwarder";

    public bool IsNode => Name is Node or NodeOwn;

    /// <summary>It forwards what it gets as it is, so the load must not encrypt.</summary>
    public bool IsPlain => Name == Forwarder;

    public int CallsOf(MediaCase of) => IsNode || IsPlain ? of.NodeCalls : of.Calls;

    /// <summary>Where nothing is transcoded, the build of a codec changes nothing; and only where a goal is set for a relay, its bound is of interest.</summary>
    public bool Fits(MediaCase of) => IsPlain ? of is { IsRelay: true, IsSetUp: false, IsEasilySpoiled: true } : Codecs == CodecBuild.Debian || of.TriesBuilds;
}

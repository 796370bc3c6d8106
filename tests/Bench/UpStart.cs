using System.Diagnostics;
using System.Globalization;
using Byon.Local.Up;
using Byon.Tests.TestKit;

namespace Byon.Tests.Bench;

/// <summary>
/// From <c>./byon up</c> to the line with the page's address. Warm: nothing to build. Cold: the first start in a fresh clone,
/// with the SDK, Debian packages and package caches there.
/// </summary>
internal static class UpStart
{
    private const string Group = "./byon up";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(int warmRuns)
    {
        using var folder = new TemporaryFolder();
        var clone = folder.Combine("clone");
        await RunAsync("git", ["clone", "-q", RepositoryRoot.Path, clone]);
        var cold = await UpAsync(clone);
        var warm = new List<TimeSpan>();
        for (var run = 0; run < warmRuns; run++)
            warm.Add(await UpAsync(clone));
        return [new Figure(Group, "cold: first start in a fresh clone", [cold]), new Figure(Group, "warm: nothing to build", warm)];
    }

    private static async Task<TimeSpan> UpAsync(string folder)
    {
        var first = FreePorts.Next(14);
        var ports = new LocalPorts(
            Page: first, Identity: first + 1, WebPubSub: first + 2, Functions: first + 3, Ims: first + 4, Blob: first + 5, Queue: first + 6,
            Table: first + 7, Control: first + 8, Sip: first + 9, WebRtc: first + 10, Rtp: FreePorts.Next(LocalPorts.RtpPortsPerNode));
        var clock = Stopwatch.StartNew();
        await using var up = ChildProcess.Start(Path.Combine(folder, "byon"), ["up", .. Options(ports)], folder);
        await up.WaitForLineAsync($"http://127.0.0.1:{ports.Page}", Limit);
        return clock.Elapsed;
    }

    private static IEnumerable<string> Options(LocalPorts ports) =>
        new (string Name, int Port)[]
        {
            ("page", ports.Page), ("identity", ports.Identity), ("webpubsub", ports.WebPubSub), ("functions", ports.Functions), ("ims", ports.Ims),
            ("blob", ports.Blob), ("queue", ports.Queue), ("table", ports.Table), ("control", ports.Control), ("sip", ports.Sip),
            ("webrtc", ports.WebRtc), ("rtp", ports.Rtp),
        }.SelectMany(each => new[] { $"--port-{each.Name}", each.Port.ToString(CultureInfo.InvariantCulture) });

    private static async Task RunAsync(string program, IEnumerable<string> arguments)
    {
        await using var process = ChildProcess.Start(program, arguments);
        await WaitFor.TrueAsync(() => process.HasExited, TimeSpan.FromMinutes(1), process.Tail);
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program}: {process.Tail()}");
    }
}

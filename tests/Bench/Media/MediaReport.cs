using System.Globalization;
using System.Text;
using Byon.Tests.Bench.Media.Servers;
using Byon.Tests.TestKit;

namespace Byon.Tests.Bench.Media;

/// <summary>The runs as rows of one figure each, each server's cheapest run that lost nothing: rtpengine's, the node's, and their ratio.</summary>
internal sealed class MediaReport(IReadOnlyList<SetUpRun> setUps, IReadOnlyList<MediaRun> runs, IReadOnlyDictionary<MediaCase, CodecCost> codecs, IReadOnlyList<MediaLimit> limits)
{
    private static readonly string Method = string.Create(
        CultureInfo.InvariantCulture,
        $"""
        The node's runtime has the settings of the shipped node, and is warmed up until its JIT has nothing more to compile. Each server runs on processor {MediaServer.Core} alone, the load on the others; all traffic is loopback. The load is ICE, DTLS-SRTP and a packet each
        20 ms both ways of each call, over addresses of its own per call. Processor time is the sum over the server's threads (schedstat), so the
        work of the kernel is in it. The node is its media workers without signalling; rtpengine is commanded over its ng protocol. Of the
        runs in turn the cheapest that lost nothing counts, for both alike: what disturbs a machine only ever adds. Delay is one way, of every packet where relayed; where transcoded, of a tone's onset, codecs' look-ahead and jitter buffer
        included. Loss of transcoded calls is what the kernel dropped at full sockets. Codec settings are those of each server (rtpengine: Opus 48 kHz
        stereo at complexity 10; node: at the far codec's rate, mono, complexity as told above), so part of the ratio of
        transcoding is a choice of settings: the rows "both at complexity 10" have one complexity and bit rate (24 kbit/s) on both, rate
        and channels stay (rtpengine 10.5 has no others). "Codecs alone" is what the codecs of a call cost by themselves with either's
        settings, at 24 kbit/s; with it, "had rtpengine the node's codec settings" is calculated: its own cost less its codecs, plus the
        node's. "Were it only forwarded" has in place of the node
        a program that takes and sends the same datagrams by the same kinds of sockets and does nothing with them, the load without ICE, DTLS
        and SRTP: the kernel's share, below which no relay by sockets gets, and in its delay whatever else holds up this machine's processors. A server whose core is full is dearer than it looks. Speech is synthetic.
        Two numbers of calls are rtpengine's and the node's: with them either is about two thirds busy, since a processor that idles between
        packets is colder and makes each of them dearer; "at ease" has one number for both.
        Own builds are the codec libraries of ./byon codecs; every other figure is with Debian's, and the load always has those.
        """);

    private const int NameWidth = 84;
    private const string Cost = "ms per call-s";

    public IReadOnlyList<MediaRow> Rows { get; } = [.. SetUpRows(setUps), .. CostRows(runs, codecs), .. LimitRows(limits)];

    /// <summary>Whether others used so much of the machine that the figures say little.</summary>
    public bool IsDisturbed => Others > 0.2 || runs.Any(run => run.IsLoadLate);

    private double Others => runs.Select(run => run.Others).Concat(setUps.Select(run => run.Others)).DefaultIfEmpty().Max();

    public string Text()
    {
        var text = new StringBuilder().AppendLine().AppendLine(Report.Machine()).AppendLine(Versions()).AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{"",-NameWidth} {"rtpengine",12} {"node",10} {"ratio",10} {"goal",10}");
        foreach (var row in Rows)
        {
            text.AppendLine(string.Create(
                CultureInfo.InvariantCulture, $"{row.Name,-NameWidth} {row.Number(row.Rtpengine),12} {row.Number(row.Node),10} {RatioOf(row),10} {row.Goal,10}"));
        }

        text.AppendLine().AppendLine(Profiles());
        text.AppendLine("Complexity of the node's Opus encoders: " + string.Join(", ", runs.Where(run => run.Complexity is not null && !run.Case.IsRelay)
            .Select(run => string.Create(CultureInfo.InvariantCulture, $"{run.Complexity} ({run.Case.Key})")).Distinct()));
        foreach (var server in runs.Where(run => !run.Case.IsRelay).GroupBy(run => run.Server).OrderBy(server => server.Key, StringComparer.Ordinal))
            text.AppendLine(CultureInfo.InvariantCulture, $"Codec libraries mapped by {server.Key}: {string.Join(", ", server.SelectMany(run => run.CodecLibraries).Distinct().Select(Short).Order(StringComparer.Ordinal))}");
        if (IsDisturbed)
            text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"DISTURBED: other programs used up to {Others:0.0} processors. Repeat on a quiet machine."));
        return text.AppendLine().AppendLine(Method).ToString();
    }

    private static string RatioOf(MediaRow row) => double.IsNaN(row.Ratio) ? "" : row.Ratio.ToString("0.00", CultureInfo.InvariantCulture);

    public static string Versions() => Report.Versions("rtpengine-daemon", "libopus0", "libvo-amrwbenc0", "libopencore-amrwb0", "libssl3");

    /// <summary>Within the repository where it lies there.</summary>
    private static string Short(string path) =>
        path.StartsWith(RepositoryRoot.Path, StringComparison.Ordinal) ? Path.GetRelativePath(RepositoryRoot.Path, path) : path;

    private string Profiles() => "SRTP: " + string.Join(", ", runs.Where(run => run.Profile != "").Select(run => $"{run.Server} {run.Profile}").Concat(setUps.Select(run => $"{run.Server} {run.Profile}")).Distinct());

    private static IEnumerable<MediaRow> SetUpRows(IReadOnlyList<SetUpRun> runs)
    {
        if (runs.Count == 0) yield break;
        double Best(string server, Func<SetUpRun, double> figure) => runs.Where(run => run.Server == server).Min(figure);

        var title = string.Create(CultureInfo.InvariantCulture, $"ICE and DTLS of {runs[0].Calls} calls");
        yield return new($"{title}: ms per call", Best(MediaServerKind.Rtpengine, run => run.Milliseconds), Best(MediaServerKind.Node, run => run.Milliseconds), "0.000", "<= 0.60", IsHeadline: true);
        yield return new($"{title}: allocated, kB per call", double.NaN, Best(MediaServerKind.Node, run => (run.BytesAllocated ?? double.NaN) / 1024), "0.0", "");
    }

    private static IEnumerable<MediaRow> CostRows(IReadOnlyList<MediaRun> runs, IReadOnlyDictionary<MediaCase, CodecCost> codecs)
    {
        foreach (var group in runs.GroupBy(run => run.Case))
        {
            var title = string.Create(CultureInfo.InvariantCulture, $"{group.Key.Name}, {Calls(group.Key)} calls");
            MediaRow Row(string what, string format, string goal, Func<MediaRun, double> figure) =>
                RowOf(what, format, goal, figure, MediaServerKind.Rtpengine, MediaServerKind.Node);
            MediaRow RowOf(string what, string format, string goal, Func<MediaRun, double> figure, string rtpengine, string node) =>
                new($"{title}: {what}", Best(group, rtpengine, figure), Best(group, node, figure), format, goal, goal != "" || what.StartsWith(Cost, StringComparison.Ordinal));

            var cost = group.Key.Goal is { } wanted ? string.Create(CultureInfo.InvariantCulture, $"<= {wanted:0.00}") : "";
            yield return Row(Cost, "0.00", cost, run => run.CpuPerCallSecond);
            if (group.Any(run => run.Server == MediaServerKind.Forwarder))
                yield return RowOf(Cost + ", were it only forwarded", "0.00", "", run => run.CpuPerCallSecond, MediaServerKind.Rtpengine, MediaServerKind.Forwarder);
            if (group.Any(run => run.Server == MediaServerKind.NodeOwn))
            {
                yield return RowOf(Cost + ", node with own builds", "0.00", cost, run => run.CpuPerCallSecond, MediaServerKind.Rtpengine, MediaServerKind.NodeOwn);
                yield return RowOf(Cost + ", both with these", "0.00", "", run => run.CpuPerCallSecond, MediaServerKind.RtpengineOwn, MediaServerKind.NodeOwn);
            }

            if (codecs.TryGetValue(group.Key, out var codec))
            {
                yield return new($"{title}: codecs alone, ms per call-s", codec.Rtpengine, codec.Node, "0.00", "");
                yield return new(
                    $"{title}: ms per call-s, had rtpengine the node's codec settings", Best(group, MediaServerKind.Rtpengine, run => run.CpuPerCallSecond) - codec.Rtpengine + codec.Node,
                    Best(group, MediaServerKind.Node, run => run.CpuPerCallSecond), "0.00", "");
            }

            var (up, down) = group.Key.DelayGoals is { } goals ? (Most(goals.Up), Most(goals.Down)) : ("", "");
            yield return Row("delay from browser p50, ms", "0.0", group.Key.IsRelay ? "" : up, run => run.Load.Up.DelayP50);
            yield return Row("delay to browser p50, ms", "0.0", group.Key.IsRelay ? "" : down, run => run.Load.Down.DelayP50);
            yield return Row("delay p99, ms", "0.0", group.Key.IsRelay ? up : "", run => run.Load.DelayP99);
            if (group.Any(run => run.Server == MediaServerKind.Forwarder))
                yield return RowOf("delay p99, ms, were it only forwarded", "0.0", "", run => run.Load.DelayP99, MediaServerKind.Rtpengine, MediaServerKind.Forwarder);
            yield return Row("loss, %", "0.000", "", run => run.Load.Loss * 100);
            yield return Row("memory, kB per call", "0", "", run => run.BytesPerCall / 1024);
            yield return Row("allocated, bytes per packet", "0.00", "0", run => run.BytesPerPacket ?? double.NaN);
            yield return Row("GC pauses in the window, ms", "0.0", "<= 5", run => run.GarbagePauses?.TotalMilliseconds ?? double.NaN);
        }
    }

    private static string Most(double goal) => string.Create(CultureInfo.InvariantCulture, $"<= {goal:0} ms");

    private static string Calls(MediaCase of) => of.Calls == of.NodeCalls
        ? of.Calls.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{of.Calls} and {of.NodeCalls}");

    private static IEnumerable<MediaRow> LimitRows(IReadOnlyList<MediaLimit> limits) =>
        from limit in limits
        group limit by limit.Case into of
        let rtpengine = of.First(limit => limit.Server == MediaServerKind.Rtpengine)
        from node in of
        where node.Server is MediaServerKind.Node or MediaServerKind.NodeOwn
        let build = node.Server == MediaServerKind.NodeOwn ? ", node with own builds" : ""
        select new MediaRow(
            $"{of.Key.Name}: most calls{build}{(node.LoadWasTheLimit ? " (load was the node's limit)" : "")}", rtpengine.Calls, node.Calls, "0",
            string.Create(CultureInfo.InvariantCulture, $">= {of.Key.LimitGoal:0.0}"), IsHeadline: true);

    /// <summary>Of the cheapest run; of those that lost packets only where there is no other, since what is lost costs nothing.</summary>
    private static double Best(IEnumerable<MediaRun> runs, string server, Func<MediaRun, double> figure) =>
        figure(runs.Where(run => run.Server == server).OrderBy(run => run.LosesMuch).ThenBy(run => run.CpuPerCallSecond).First());
}

/// <param name="IsHeadline">Worth a look by itself; others explain it.</param>
internal sealed record MediaRow(string Name, double Rtpengine, double Node, string Format, string Goal, bool IsHeadline = false)
{
    public double Ratio => Rtpengine == 0 ? double.NaN : Node / Rtpengine;

    public string Number(double value) => double.IsNaN(value) ? "-" : value.ToString(Format, CultureInfo.InvariantCulture);
}

using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Byon.Tests.TestKit;

namespace Byon.Tests.Bench;

/// <summary>The figures as a table for people, with what they were measured on and how.</summary>
internal static class Report
{
    private const string Method =
        """
        Outgoing call: Chromium, this stack with one media node, Kamailio and baresip (G.711) on one machine; packets are timed by a
        capture of the loopback interface, the last row by the page. One call warms up and is not counted.
        Functions executable: the two builds take turns; the first start of each is not counted.
        ./byon up: until the line with the page's address. Cold is a fresh clone where the SDK, the Debian packages and the package
        caches are there and everything else is built; warm is every start after that.
        """;

    public static string Text(IReadOnlyList<Figure> figures)
    {
        var text = new StringBuilder();
        text.AppendLine().AppendLine(Machine()).AppendLine(Versions()).AppendLine();
        var width = figures.Max(figure => figure.Name.Length);
        foreach (var group in figures.GroupBy(figure => figure.Group))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{group.Key.PadRight(width + 2)}   runs      least     median       most");
            foreach (var figure in group)
            {
                text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"  {figure.Name.PadRight(width)}   {figure.Runs.Count,4}  {Time(figure.Least),9}  {Time(figure.Median),9}  {Time(figure.Most),9}");
            }

            text.AppendLine();
        }

        return text.AppendLine(Method).ToString();
    }

    public static string Time(TimeSpan time) => time < TimeSpan.FromSeconds(2)
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");

    public static string Machine() =>
        $"{Processor()}, {Environment.ProcessorCount} processors, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, " +
        $"load {Load()} at the end";

    /// <summary>What was measured, and the versions of the other programs of a call.</summary>
    public static string Versions() => Versions("chromium", "kamailio", "baresip-core");

    /// <param name="packages">Names of Debian packages.</param>
    public static string Versions(params string[] packages) =>
        $"commit {Output("git", "-C", RepositoryRoot.Path, "rev-parse", "--short", "HEAD")}, " +
        Output("dpkg-query", ["-W", "-f", "${Package} ${Version}, ", .. packages]) +
        $" {DateTimeOffset.UtcNow.ToString("u", CultureInfo.InvariantCulture)}";

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown processor";

    private static string Load() => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    private static string Output(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true });
        return process!.StandardOutput.ReadToEnd().Trim();
    }
}

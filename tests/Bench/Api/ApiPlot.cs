using System.Globalization;
using System.Net;
using System.Text;

namespace Byon.Tests.Bench.Api;

/// <summary>Pairs of bars, through the host and straight to the executable, on one scale per section; events as bars of their median.</summary>
internal static class ApiPlot
{
    private const int Width = 960;
    private const int Left = 300;
    private const int Bar = 500;
    private const int Row = 36;
    private const int Head = 44;
    private const string Host = "#b9c1cc";
    private const string Executable = "#4f6df0";

    public static string Svg(ApiReport report)
    {
        var body = new StringBuilder();
        var y = 60;
        y = Section(body, y, "Latency, median in ms", [.. report.Latencies.Select(each => new Pair(each.Name, each.HostMedian, each.ExecutableMedian, "0.0"))]);
        y = Section(body, y, "Requests per second", [.. report.Loads.Select(each => new Pair($"{each.Name}, {each.AtOnce} at once", each.Host, each.Executable, "0"))]);
        if (report.Events.Count > 0)
            y = Section(body, y, report.Events[0].Group + ", median in ms", [.. report.Events.Select(each => new Pair(each.Name, null, each.Median.TotalMilliseconds, "0.0"))]);
        var height = y + 46;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{height}" viewBox="0 0 {Width} {height}" font-family="system-ui, DejaVu Sans, sans-serif" font-size="13" fill="#1b2330">
            <rect width="{Width}" height="{height}" fill="#ffffff"/>
            <text x="24" y="34" font-size="18" font-weight="600">BYON: the REST API and its events</text>
            <rect x="560" y="22" width="12" height="12" fill="{Host}"/><text x="578" y="33">through the Functions host</text><rect x="780" y="22" width="12" height="12" fill="{Executable}"/><text x="798" y="33">executable</text>
            {body}<text x="24" y="{height - 30}" font-size="10.5" fill="#5b6676">{WebUtility.HtmlEncode(Report.Machine())}</text>
            <text x="24" y="{height - 14}" font-size="10.5" fill="#5b6676">{WebUtility.HtmlEncode(Report.Versions("libssl3"))}</text>
            </svg>

            """);
    }

    private readonly record struct Pair(string Name, double? Host, double Executable, string Format);

    private static int Section(StringBuilder svg, int top, string title, IReadOnlyList<Pair> pairs)
    {
        var most = pairs.Max(pair => Math.Max(pair.Host ?? 0, pair.Executable));
        Line(svg, $"""<text x="24" y="{top + 26}" font-weight="600">{WebUtility.HtmlEncode(title)}</text>""");
        for (var row = 0; row < pairs.Count; row++)
        {
            var (pair, y) = (pairs[row], top + Head + (row * Row));
            Line(svg, $"""<text x="{Left - 14}" y="{y + 17}" text-anchor="end">{WebUtility.HtmlEncode(pair.Name)}</text>""");
            if (pair.Host is { } host)
                DrawBar(svg, host, most, pair.Format, y, Host);
            DrawBar(svg, pair.Executable, most, pair.Format, pair.Host is null ? y + 7 : y + 14, Executable);
            if (pair.Host is { } through)
                Line(svg, $"""<text x="{Width - 24}" y="{y + 17}" text-anchor="end" font-weight="600">× {through / pair.Executable:0.00}</text>""");
        }

        return top + Head + (pairs.Count * Row) + 12;
    }

    private static void DrawBar(StringBuilder svg, double value, double most, string format, int y, string colour)
    {
        var length = Bar * value / most;
        Line(svg, $"""<rect x="{Left}" y="{y}" width="{length:0.#}" height="11" rx="2" fill="{colour}"/>""");
        Line(svg, $"""<text x="{Left + length + 6:0.#}" y="{y + 10}" font-size="11" fill="#5b6676">{value.ToString(format, CultureInfo.InvariantCulture)}</text>""");
    }

    private static void Line(StringBuilder svg, FormattableString line) => svg.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}

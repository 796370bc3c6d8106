using System.Globalization;
using System.Net;
using System.Text;

namespace Byon.Tests.Bench.Sip;

/// <summary>Every row of the report as one or two bars, the longer of them as long as the plot is wide.</summary>
internal static class SipPlot
{
    private const int Width = 960;
    private const int Left = 360;
    private const int Bar = 430;
    private const int Row = 40;
    private const int Top = 70;

    public static string Svg(SipReport report)
    {
        var body = new StringBuilder();
        for (var i = 0; i < report.Rows.Count; i++) Draw(body, report.Rows[i], Top + (i * Row));
        var height = Top + (report.Rows.Count * Row) + 50;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{height}" viewBox="0 0 {Width} {height}" font-family="system-ui, DejaVu Sans, sans-serif" font-size="13" fill="#1b2330">
            <rect width="{Width}" height="{height}" fill="#ffffff"/>
            <text x="24" y="34" font-size="18" font-weight="600">BYON: SIP beside sipp, one processor</text>
            <rect x="740" y="22" width="12" height="12" fill="#b9c1cc"/><text x="758" y="33">sipp</text><rect x="820" y="22" width="12" height="12" fill="#4f6df0"/><text x="838" y="33">node</text>
            {body}<text x="24" y="{height - 30}" font-size="10.5" fill="#5b6676">{WebUtility.HtmlEncode(Report.Machine())}</text>
            <text x="24" y="{height - 14}" font-size="10.5" fill="#5b6676">{WebUtility.HtmlEncode(SipReport.Versions())}</text>
            </svg>

            """);
    }

    private static void Draw(StringBuilder svg, SipRow row, int y)
    {
        var most = Math.Max(row.Sipp ?? 0, row.Node);
        Line(svg, $"""<text x="{Left - 14}" y="{y + 18}" text-anchor="end">{WebUtility.HtmlEncode(row.Name)}</text>""");
        if (row.Sipp is { } sipp) DrawBar(svg, sipp / most, SipRow.Number(sipp), y, "#b9c1cc");
        DrawBar(svg, row.Node / most, SipRow.Number(row.Node), y + 15, "#4f6df0");
        if (row.Ratio is { } ratio) Line(svg, $"""<text x="{Width - 24}" y="{y + 18}" text-anchor="end" font-weight="600">× {ratio:0.00}</text>""");
    }

    private static void DrawBar(StringBuilder svg, double share, string number, int y, string colour)
    {
        Line(svg, $"""<rect x="{Left}" y="{y}" width="{Bar * share:0.#}" height="12" rx="2" fill="{colour}"/>""");
        Line(svg, $"""<text x="{Left + (Bar * share) + 6:0.#}" y="{y + 10}" font-size="11" fill="#5b6676">{number}</text>""");
    }

    private static void Line(StringBuilder svg, FormattableString line) => svg.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}

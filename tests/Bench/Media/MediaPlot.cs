using System.Globalization;
using System.Net;
using System.Text;

namespace Byon.Tests.Bench.Media;

/// <summary>Every row of the report as two bars, the longer of them as long as the plot is wide: ratios are what is compared.</summary>
internal static class MediaPlot
{
    private const int Width = 960;
    private const int Left = 430;
    private const int Bar = 360;
    private const int Row = 40;
    private const int Top = 86;

    public static string Svg(MediaReport report)
    {
        var rows = report.Rows.Where(row => row.Rtpengine > 0).ToList();
        var body = new StringBuilder();
        for (var i = 0; i < rows.Count; i++) Draw(body, rows[i], Top + i * Row);
        var height = Top + rows.Count * Row + 50;
        var warning = report.IsDisturbed ? """<text x="24" y="58" fill="#b3261e">Disturbed by other programs: repeat on a quiet machine.</text>""" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{height}" viewBox="0 0 {Width} {height}" font-family="system-ui, DejaVu Sans, sans-serif" font-size="13" fill="#1b2330">
            <rect width="{Width}" height="{height}" fill="#ffffff"/>
            <text x="24" y="34" font-size="18" font-weight="600">BYON: media engine beside rtpengine, one processor</text>
            <rect x="700" y="22" width="12" height="12" fill="#b9c1cc"/><text x="718" y="33">rtpengine</text><rect x="800" y="22" width="12" height="12" fill="#4f6df0"/><text x="818" y="33">node</text>
            {warning}
            {body}<text x="24" y="{height - 30}" font-size="10.5" fill="#5b6676">{WebUtility.HtmlEncode(Report.Machine())}</text>
            <text x="24" y="{height - 14}" font-size="10.5" fill="#5b6676">{WebUtility.HtmlEncode(MediaReport.Versions())}</text>
            </svg>

            """);
    }

    private static void Draw(StringBuilder svg, MediaRow row, int y)
    {
        var most = Math.Max(row.Rtpengine, row.Node);
        Line(svg, $"""<text x="{Left - 14}" y="{y + 18}" text-anchor="end">{WebUtility.HtmlEncode(row.Name)}</text>""");
        DrawBar(svg, row.Rtpengine, most, row.Number(row.Rtpengine), y, "#b9c1cc");
        DrawBar(svg, row.Node, most, row.Number(row.Node), y + 15, "#4f6df0");
        if (!double.IsNaN(row.Ratio))
            Line(svg, $"""<text x="{Width - 24}" y="{y + 18}" text-anchor="end" font-weight="600">× {row.Ratio:0.00}</text>""");
    }

    private static void DrawBar(StringBuilder svg, double value, double most, string number, int y, string colour)
    {
        var length = Bar * value / most;
        Line(svg, $"""<rect x="{Left}" y="{y}" width="{length:0.#}" height="12" rx="2" fill="{colour}"/>""");
        Line(svg, $"""<text x="{Left + length + 6:0.#}" y="{y + 10}" font-size="11" fill="#5b6676">{number}</text>""");
    }

    private static void Line(StringBuilder svg, FormattableString line) => svg.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}

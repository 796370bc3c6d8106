using System.Globalization;
using System.Net;
using System.Text;

namespace Byon.Tests.Bench;

/// <param name="Other">Null where the node is alone.</param>
/// <param name="Goal">Of the ratio, or of the node alone with its unit, as "&lt;= 7 ms"; empty where nothing was set as a goal.</param>
internal sealed record BarRow(string Name, double? Other, double Node, Func<double, string> Number, double? Ratio, string Goal = "");

/// <summary>The node beside another server as an SVG: one or two bars a row, the longer of them as long as there is room, and their ratio.</summary>
internal sealed record BarPlot(string Title, string Other, string Versions)
{
    private const int Width = 1180;
    private const int Left = 540;
    private const int Goals = 80;
    private const int Bar = 360;
    private const int Row = 40;
    private const int Top = 86;
    private const string OthersColour = "#b9c1cc";
    private const string NodesColour = "#4f6df0";

    /// <summary>What must be known of the whole; empty where there is nothing.</summary>
    public string Warning { get; init; } = "";

    public string Svg(IReadOnlyList<BarRow> rows)
    {
        var body = new StringBuilder();
        for (var i = 0; i < rows.Count; i++) Draw(body, rows[i], Top + i * Row);
        var height = Top + rows.Count * Row + 50;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{height}" viewBox="0 0 {Width} {height}" font-family="system-ui, DejaVu Sans, sans-serif" font-size="13" fill="#1b2330">
            <rect width="{Width}" height="{height}" fill="#ffffff"/>
            <text x="24" y="34" font-size="18" font-weight="600">{WebUtility.HtmlEncode(Title)}</text>
            <rect x="{Left}" y="42" width="12" height="12" fill="{OthersColour}"/><text x="{Left + 18}" y="53">{WebUtility.HtmlEncode(Other)}</text><rect x="{Left + 120}" y="42" width="12" height="12" fill="{NodesColour}"/><text x="{Left + 138}" y="53">node</text>
            <text x="24" y="58" fill="#b3261e">{WebUtility.HtmlEncode(Warning)}</text>
            {body}<text x="24" y="{height - 30}" font-size="10.5" fill="#5b6676">{WebUtility.HtmlEncode(Report.Machine())}</text>
            <text x="24" y="{height - 14}" font-size="10.5" fill="#5b6676">{WebUtility.HtmlEncode(Versions)}</text>
            </svg>

            """);
    }

    private static void Draw(StringBuilder svg, BarRow row, int y)
    {
        var most = Math.Max(row.Other ?? 0, row.Node);
        Line(svg, $"""<text x="{Left - 14}" y="{y + 18}" text-anchor="end">{WebUtility.HtmlEncode(row.Name)}</text>""");
        if (row.Other is { } other) DrawBar(svg, other / most, row.Number(other), y, OthersColour);
        DrawBar(svg, row.Node / most, row.Number(row.Node), y + 15, NodesColour);
        if (row.Ratio is { } ratio) Line(svg, $"""<text x="{Width - 24 - Goals}" y="{y + 18}" text-anchor="end" font-weight="600">× {ratio:0.00}</text>""");
        Line(svg, $"""<text x="{Width - 24}" y="{y + 18}" text-anchor="end" font-size="11" fill="#5b6676">{WebUtility.HtmlEncode(row.Goal)}</text>""");
    }

    private static void DrawBar(StringBuilder svg, double share, string number, int y, string colour)
    {
        Line(svg, $"""<rect x="{Left}" y="{y}" width="{Bar * share:0.#}" height="12" rx="2" fill="{colour}"/>""");
        Line(svg, $"""<text x="{Left + Bar * share + 6:0.#}" y="{y + 10}" font-size="11" fill="#5b6676">{number}</text>""");
    }

    private static void Line(StringBuilder svg, FormattableString line) => svg.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}

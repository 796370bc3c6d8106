using System.Globalization;
using System.Net;
using System.Text;

namespace Byon.Tests.Bench;

/// <summary>
/// The figures as an SVG: a band from the least to the most run, every run as a dot, the median as a bar. Each group has a
/// scale of its own, because starts take seconds and packets milliseconds.
/// </summary>
internal static class Plot
{
    private const int Width = 960;
    private const int Left = 400;
    private const int Right = 110;
    private const int Row = 34;
    private const int GroupHead = 58;
    private const int Ticks = 4;

    public static string Svg(IReadOnlyList<Figure> figures)
    {
        var body = new StringBuilder();
        var y = 56.0;
        foreach (var group in figures.GroupBy(figure => figure.Group))
            y = DrawGroup(body, [.. group], y) + 26;
        var height = (int)y + 46;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{height}" viewBox="0 0 {Width} {height}" font-family="system-ui, DejaVu Sans, sans-serif" font-size="13" fill="#1b2330">
            <rect width="{Width}" height="{height}" fill="#ffffff"/>
            <text x="24" y="34" font-size="18" font-weight="600">BYON: set-up and start times</text>
            {body}<text x="24" y="{height - 30}" font-size="10.5" fill="#5b6676">{WebUtility.HtmlEncode(Report.Machine())}</text>
            <text x="24" y="{height - 14}" font-size="10.5" fill="#5b6676">{WebUtility.HtmlEncode(Report.Versions())}</text>
            </svg>

            """);
    }

    private static double DrawGroup(StringBuilder svg, IReadOnlyList<Figure> figures, double top)
    {
        var scale = NiceCeiling(figures.Max(figure => figure.Most).TotalMilliseconds);
        var bottom = top + GroupHead + (Row * figures.Count);
        double X(TimeSpan time) => Left + ((Width - Left - Right) * time.TotalMilliseconds / scale);

        Line(svg, $"""<text x="24" y="{top + 26:0.#}" font-weight="600">{WebUtility.HtmlEncode(figures[0].Group)}</text>""");
        for (var tick = 0; tick <= Ticks; tick++)
        {
            var time = TimeSpan.FromMilliseconds(scale * tick / Ticks);
            Line(svg, $"""<line x1="{X(time):0.#}" x2="{X(time):0.#}" y1="{top + 38:0.#}" y2="{bottom:0.#}" stroke="#e3e8ef"/>""");
            Line(svg, $"""<text x="{X(time):0.#}" y="{top + 30:0.#}" font-size="11" fill="#5b6676" text-anchor="middle">{TickText(time, scale)}</text>""");
        }

        for (var row = 0; row < figures.Count; row++)
            DrawRow(svg, figures[row], top + GroupHead + (Row * row), X);
        return bottom;
    }

    private static void DrawRow(StringBuilder svg, Figure figure, double y, Func<TimeSpan, double> x)
    {
        Line(svg, $"""<text x="{Left - 14}" y="{y + 4:0.#}" text-anchor="end">{WebUtility.HtmlEncode(figure.Name)}</text>""");
        Line(svg, $"""<line x1="{x(figure.Least):0.#}" x2="{x(figure.Most):0.#}" y1="{y:0.#}" y2="{y:0.#}" stroke="#b9c8f5" stroke-width="10" stroke-linecap="round"/>""");
        foreach (var run in figure.Runs)
            Line(svg, $"""<circle cx="{x(run):0.#}" cy="{y:0.#}" r="2.6" fill="#4f6df0" fill-opacity="0.65"/>""");
        Line(svg, $"""<rect x="{x(figure.Median) - 1.5:0.#}" y="{y - 9:0.#}" width="3" height="18" rx="1.5" fill="#17307a"/>""");
        Line(svg, $"""<text x="{Width - 20}" y="{y + 4:0.#}" text-anchor="end" font-weight="600">{Report.Time(figure.Median)}</text>""");
    }

    private static void Line(StringBuilder svg, FormattableString line) => svg.AppendLine(line.ToString(CultureInfo.InvariantCulture));

    private static string TickText(TimeSpan time, double scale) => scale >= 2000
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.##} s")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.##} ms");

    /// <summary>1, 2, 4 or 8 times a power of ten: four ticks then fall on round values.</summary>
    private static double NiceCeiling(double value)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(value, 1e-3))));
        return new[] { 1, 2, 4, 8, 10 }.Select(each => each * power).First(each => each >= value);
    }
}

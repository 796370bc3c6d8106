namespace Byon.Tests.Bench.Media;

/// <summary>What is compared: rows that only explain others, or have no figure of rtpengine, are left to the table.</summary>
internal static class MediaPlot
{
    public static string Svg(MediaReport report) => new BarPlot("BYON: media engine beside rtpengine, one processor", "rtpengine", MediaReport.Versions())
    {
        Warning = report.IsDisturbed ? "Disturbed by other programs: repeat on a quiet machine." : "",
    }.Svg([
        .. report.Rows.Where(row => row is { IsHeadline: true, Rtpengine: > 0 })
            .Select(row => new BarRow(row.Name, row.Rtpengine, row.Node, row.Number, double.IsNaN(row.Ratio) ? null : row.Ratio, row.Goal)),
    ]);
}

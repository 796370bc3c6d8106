namespace Byon.Tests.Bench.Media;

/// <summary>Rows without a figure of rtpengine are left out: ratios are what is compared.</summary>
internal static class MediaPlot
{
    public static string Svg(MediaReport report) => new BarPlot("BYON: media engine beside rtpengine, one processor", "rtpengine", MediaReport.Versions())
    {
        Warning = report.IsDisturbed ? "Disturbed by other programs: repeat on a quiet machine." : "",
    }.Svg([
        .. report.Rows.Where(row => row.Rtpengine > 0)
            .Select(row => new BarRow(row.Name, row.Rtpengine, row.Node, row.Number, double.IsNaN(row.Ratio) ? null : row.Ratio)),
    ]);
}

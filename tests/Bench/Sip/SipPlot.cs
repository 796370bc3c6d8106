namespace Byon.Tests.Bench.Sip;

internal static class SipPlot
{
    public static string Svg(SipReport report) => new BarPlot("BYON: SIP beside sipp, one processor", "sipp", SipReport.Versions())
        .Svg([.. report.Rows.Select(row => new BarRow(row.Name, row.Sipp, row.Node, value => SipRow.Number(value), row.Ratio))]);
}

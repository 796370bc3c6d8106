using System.Globalization;
using System.Text;

namespace Byon.Tests.Bench.Sip;

/// <summary>What was measured as a table, with the machine, the versions and the method.</summary>
internal sealed class SipReport(IReadOnlyList<SipRow> rows)
{
    private const string Method =
        """
        One side is kept on processor 0 and measured, the other one, always sipp, on processor 1; UDP over loopback, 100 calls or registrations
        open at a time, as fast as both sides go. Calls are INVITE, 180, 200, ACK, BYE, 200 of sipp's built-in scenarios, registrations a REGISTER
        and its 200 without a challenge. "Per second of a processor" is their number by the processor time that they took. The node is its SIP
        as it runs in a media node (sockets, signalling loop, agent) in a process of its own, without tables, media and API, which the other cases
        measure; the limit of its server transactions, which live for 32 s after their answer, is lifted. sipp follows a script: it keeps no
        dialogs, checks little and parses little. Idle ones are measured when the transactions that made them are over.
        """;

    public IReadOnlyList<SipRow> Rows => rows;

    public static string Versions() => Report.Versions("sip-tester");

    public string Text()
    {
        var text = new StringBuilder().AppendLine().AppendLine(Report.Machine()).AppendLine(Versions()).AppendLine();
        text.AppendLine("                                                             sipp       node   node/sipp");
        foreach (var row in rows)
        {
            text.AppendLine(string.Create(
                CultureInfo.InvariantCulture, $"{row.Name,-54} {SipRow.Number(row.Sipp),10} {SipRow.Number(row.Node),10} {row.Ratio,11:0.00}   {row.Note}{(row.IsGood ? "" : "  SOME FAILED")}"));
        }

        return text.AppendLine().AppendLine(Method).ToString();
    }
}

/// <param name="Sipp">Null where sipp has nothing like it.</param>
/// <param name="IsGood">Every call or registration succeeded.</param>
internal sealed record SipRow(string Name, double? Sipp, double Node, bool IsGood)
{
    public string Note { get; init; } = "";

    public double? Ratio => Node / Sipp;

    public static string Number(double? value) => value?.ToString(value >= 100 ? "0" : "0.0", CultureInfo.InvariantCulture) ?? "–";
}

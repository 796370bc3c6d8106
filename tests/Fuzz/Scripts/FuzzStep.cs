using System.Text;

namespace Byon.Tests.Fuzz.Scripts;

/// <summary>
/// One step of an input that is a sequence: a line <c>=== word argument</c>, and what stands below it up to the next such line.
/// </summary>
public sealed record FuzzStep(string Word, string Argument, string Body)
{
    private const string Mark = "=== ";

    /// <summary>Reads at most that many steps; text before the first one is nobody's.</summary>
    public static IReadOnlyList<FuzzStep> Read(byte[] input, int most)
    {
        var steps = new List<FuzzStep>();
        foreach (var part in ("\r\n" + Encoding.Latin1.GetString(input)).Split("\r\n" + Mark).Skip(1))
        {
            if (steps.Count == most) break;
            var end = part.IndexOf("\r\n", StringComparison.Ordinal);
            var head = (end < 0 ? part : part[..end]).Split(' ', 2);
            steps.Add(new FuzzStep(head[0], head.Length > 1 ? head[1] : "", end < 0 ? "" : part[(end + 2)..] + "\r\n"));
        }

        return steps;
    }

    public static byte[] Write(IEnumerable<FuzzStep> steps) => Encoding.Latin1.GetBytes(string.Concat(steps.Select(s =>
        $"{Mark}{s.Word}{(s.Argument.Length > 0 ? " " : "")}{s.Argument}\r\n{s.Body}")));

    /// <summary>The argument as a number within bounds; the least where it is none.</summary>
    public int Number(int least, int most) => int.TryParse(Argument, out var number) ? Math.Clamp(number, least, most) : least;

    /// <summary>A body in hexadecimal.</summary>
    public byte[] Bytes()
    {
        var digits = string.Concat(Body.Where(char.IsAsciiHexDigit));
        return Convert.FromHexString(digits.AsSpan(0, digits.Length & ~1));
    }
}

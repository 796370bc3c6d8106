using System.Text;

namespace Byon.Tests.Fuzz.Mutation;

/// <summary>
/// Text of lines and parameters, such as SIP, SDP and XML: lines and what stands between separators are dropped, doubled, swapped,
/// moved and replaced. One step in four works on bytes.
/// </summary>
/// <param name="words">What the format gives a meaning to.</param>
public sealed class TextMutator(params string[] words) : Mutator
{
    private const string Separators = ";,= :<>/@\"?&\t.-[]()|";

    private static readonly string[] Awkward =
    [
        "", "0", "-1", "1", "65535", "65536", "2147483647", "2147483648", "4294967295", "4294967296", "99999999999999999999", "\"", "\\", "\\\"", "<", ">",
        "%", "%00", "%zz", ";", ",", "=", ":", "@", "[::1]", "[", "]", "\0", "\n", "\r", "\r\n ", "\t", "\uFFFD", "\u2028", "é", "𝄞", "::", ";;", "a=b=c", "*",
    ];

    private readonly ByteMutator _bytes = new();

    protected override byte[] Step(byte[] input, IReadOnlyList<byte[]> others, Random dice)
    {
        if (dice.Next(4) == 0) return _bytes.Once(input, others, dice);
        var lines = Encoding.Latin1.GetString(input).Split("\r\n").ToList();
        var at = dice.Next(lines.Count);
        var to = dice.Next(lines.Count);
        switch (dice.Next(10))
        {
            case 0: lines.RemoveAt(at); break;
            case 1: lines.Insert(to, lines[at]); break;
            case 2: (lines[at], lines[to]) = (lines[to], lines[at]); break;
            case 3: lines[at] = AnyLine(others, dice); break;
            case 4: lines.Insert(at, AnyLine(others, dice)); break;
            case 5: lines[at] = string.Concat(Enumerable.Repeat(lines[at], 1 + dice.Next(dice.Next(60) + 1))); break;
            default: lines[at] = InLine(lines[at], lines[to], dice); break;
        }

        return Encoding.Latin1.GetBytes(string.Join("\r\n", lines));
    }

    private static string AnyLine(IReadOnlyList<byte[]> others, Random dice)
    {
        var lines = Encoding.Latin1.GetString(others[dice.Next(others.Count)]).Split("\r\n");
        return lines[dice.Next(lines.Length)];
    }

    /// <summary>One line cut at its separators, which are pieces themselves.</summary>
    private string InLine(string line, string other, Random dice)
    {
        var pieces = Cut(line);
        if (pieces.Count == 0) return other;
        var (at, to) = (dice.Next(pieces.Count), dice.Next(pieces.Count));
        switch (dice.Next(7))
        {
            case 0: pieces.RemoveAt(at); break;
            case 1: pieces.Insert(to, pieces[at]); break;
            case 2: (pieces[at], pieces[to]) = (pieces[to], pieces[at]); break;
            case 3: pieces[at] = Awkward[dice.Next(Awkward.Length)]; break;
            case 4 when words.Length > 0: pieces[at] = words[dice.Next(words.Length)]; break;
            case 5 when Cut(other) is { Count: > 0 } theirs: pieces[at] = theirs[dice.Next(theirs.Count)]; break;
            default: pieces[at] = string.Concat(Enumerable.Repeat(pieces[at], 1 + dice.Next(dice.Next(400) + 1))); break;
        }

        return Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(string.Concat(pieces)));
    }

    private static List<string> Cut(string line)
    {
        var pieces = new List<string>();
        var start = 0;
        for (var i = 0; i < line.Length; i++)
        {
            if (!Separators.Contains(line[i], StringComparison.Ordinal)) continue;
            if (i > start) pieces.Add(line[start..i]);
            pieces.Add(line[i].ToString());
            start = i + 1;
        }

        if (start < line.Length) pieces.Add(line[start..]);
        return pieces;
    }
}

using System.Globalization;
using System.Text.RegularExpressions;

namespace Byon.Functions.Businesses;

/// <summary>Numbers of a setting: <c>+34910000000, +34910000010-+34910000019</c>.</summary>
internal static partial class NumberList
{
    public const int Maximum = 10_000;

    /// <summary>Null where it cannot be read, or holds too many.</summary>
    public static IReadOnlyList<string>? TryParse(string text)
    {
        List<string> numbers = [];
        foreach (var entry in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var match = Entry().Match(entry);
            if (!match.Success)
            {
                return null;
            }

            var (first, last) = (match.Groups["first"].Value, match.Groups["last"].Value is { Length: > 0 } end ? end : match.Groups["first"].Value);
            var (from, to) = (long.Parse(first, CultureInfo.InvariantCulture), long.Parse(last, CultureInfo.InvariantCulture));
            if (last.Length != first.Length || to < from || to - from >= Maximum - numbers.Count)
            {
                return null;
            }

            for (var number = from; number <= to; number++)
            {
                numbers.Add(string.Create(CultureInfo.InvariantCulture, $"+{number}"));
            }
        }

        return numbers;
    }

    [GeneratedRegex(@"^\+(?<first>[1-9][0-9]{4,14})(\s*-\s*\+(?<last>[1-9][0-9]{4,14}))?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Entry();
}

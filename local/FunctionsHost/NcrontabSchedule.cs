using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Byon.Local.FunctionsHost;

/// <summary>
/// A schedule of the Functions timer trigger: second, minute, hour, day, month, day of week (0 is Sunday), each a list of
/// *, N, N-M, with an optional /STEP. All fields must match. Times are UTC.
/// </summary>
internal sealed class NcrontabSchedule
{
    private static readonly (int First, int Last)[] Ranges = [(0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];

    /// <summary>29 February on a given day of the week comes back within 40 years at the latest.</summary>
    private const int MaximumYears = 41;

    private readonly bool[][] _fields;

    private NcrontabSchedule(bool[][] fields) => _fields = fields;

    public static bool TryParse(string expression, [NotNullWhen(true)] out NcrontabSchedule? schedule)
    {
        schedule = null;
        var parts = expression.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != Ranges.Length)
        {
            return false;
        }

        var fields = new bool[Ranges.Length][];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!TryParseField(parts[i], Ranges[i].First, Ranges[i].Last, out fields[i]))
            {
                return false;
            }
        }

        schedule = new NcrontabSchedule(fields);
        return true;
    }

    /// <summary>The first time after the given one; null for a day that never comes, like 30 February.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        var day = new DateTimeOffset(after.UtcDateTime.Date, TimeSpan.Zero);
        var last = day.AddYears(MaximumYears);
        for (var earliest = after.UtcDateTime.TimeOfDay; day < last; day = day.AddDays(1), earliest = TimeSpan.FromSeconds(-1))
        {
            if (_fields[3][day.Day] && _fields[4][day.Month] && _fields[5][(int)day.DayOfWeek] && NextInDay(earliest) is { } time)
            {
                return day + time;
            }
        }

        return null;
    }

    private TimeSpan? NextInDay(TimeSpan after)
    {
        for (var second = (int)Math.Floor(after.TotalSeconds) + 1; second < 24 * 60 * 60; second++)
        {
            var time = TimeSpan.FromSeconds(second);
            if (_fields[2][time.Hours] && _fields[1][time.Minutes] && _fields[0][time.Seconds])
            {
                return time;
            }
        }

        return null;
    }

    private static bool TryParseField(string text, int first, int last, out bool[] matches)
    {
        matches = new bool[last + 1];
        foreach (var item in text.Split(','))
        {
            var (range, stepText) = item.Split('/') switch
            {
                [var all] => (all, "1"),
                [var all, var step] => (all, step),
                _ => ("", ""),
            };
            if (!TryNumber(stepText, 1, last + 1, out var every) || !TryRange(range, first, last, stepText == "1", out var from, out var to))
            {
                return false;
            }

            for (var value = from; value <= to; value += every)
            {
                matches[value] = true;
            }
        }

        return true;
    }

    /// <summary>N/STEP means from N to the end.</summary>
    private static bool TryRange(string text, int first, int last, bool single, out int from, out int to)
    {
        (from, to) = (first, last);
        switch (text.Split('-'))
        {
            case ["*"]:
                return true;
            case [var one] when TryNumber(one, first, last, out from):
                to = single ? from : last;
                return true;
            case [var low, var high] when TryNumber(low, first, last, out from) && TryNumber(high, from, last, out to):
                return true;
            default:
                return false;
        }
    }

    private static bool TryNumber(string text, int minimum, int maximum, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= minimum && number <= maximum;
}

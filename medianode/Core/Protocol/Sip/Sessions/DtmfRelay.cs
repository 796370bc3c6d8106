using System.Globalization;
using System.Text;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>The application/dtmf-relay body: lines "Signal=5" and "Duration=160" (ms), in any order.</summary>
internal static class DtmfRelay
{
    public const string ContentType = "application/dtmf-relay";

    private const int MaxLength = 256;
    private const int DefaultDuration = 160;
    private const int LongestDuration = 10_000;

    public static bool TryParse(ReadOnlySpan<byte> body, out char digit, out TimeSpan duration)
    {
        (digit, duration) = ('\0', TimeSpan.FromMilliseconds(DefaultDuration));
        if (body.Length > MaxLength) return false;
        foreach (var line in Encoding.UTF8.GetString(body).Split('\n'))
        {
            var parts = line.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length != 2) continue;
            if (parts[0].Equals("Signal", StringComparison.OrdinalIgnoreCase) && !TryParseSignal(parts[1], out digit)) return false;
            if (parts[0].Equals("Duration", StringComparison.OrdinalIgnoreCase) &&
                int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var ms))
            {
                duration = TimeSpan.FromMilliseconds(Math.Clamp(ms, 1, LongestDuration));
            }
        }

        return digit != '\0';
    }

    public static byte[] Write(char digit, TimeSpan duration) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"Signal={digit}\r\nDuration={(int)duration.TotalMilliseconds}\r\n"));

    /// <summary>Some phones write * and # as the event numbers 10 and 11.</summary>
    private static bool TryParseSignal(string text, out char digit)
    {
        digit = text switch
        {
            "10" => '*',
            "11" => '#',
            [var c] when "0123456789*#ABCDabcd".Contains(c, StringComparison.Ordinal) => char.ToUpperInvariant(c),
            _ => '\0',
        };
        return digit != '\0';
    }
}

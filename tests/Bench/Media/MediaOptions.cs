using System.Globalization;

namespace Byon.Tests.Bench.Media;

/// <summary>What of the media case is measured; by default all of it but the limits.</summary>
/// <param name="Limits">Look for the largest number of calls as well, which takes some minutes more.</param>
/// <param name="Case">Key of the only case; null for all.</param>
/// <param name="Server">The only server; null for both, which a ratio needs.</param>
/// <param name="Calls">In place of each case's own number.</param>
internal sealed record MediaOptions(bool Limits = false, string? Case = null, string? Server = null, int? Calls = null)
{
    public const string Prefix = "--";

    /// <summary>Reads <c>--limits</c>, <c>--case=KEY</c>, <c>--server=NAME</c> and <c>--calls=N</c>; null with the reason for anything else.</summary>
    public static MediaOptions? Parse(IEnumerable<string> options, out string why)
    {
        var parsed = new MediaOptions();
        why = "";
        foreach (var option in options)
        {
            var (name, value) = option.Split('=', 2) is [var before, var after] ? (before, after) : (option, "");
            var next = name switch
            {
                "--limits" when value == "" => parsed with { Limits = true },
                "--case" when MediaCase.All.Any(of => of.Key == value) => parsed with { Case = value },
                "--server" when MediaBench.Servers.Any(server => server.Name == value) => parsed with { Server = value },
                "--calls" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var calls) && calls > 0 => parsed with { Calls = calls },
                _ => null,
            };
            if (next is null)
            {
                why = $"'{option}' is not understood: --limits, --case={string.Join('|', MediaCase.All.Select(of => of.Key))}, "
                    + $"--server={string.Join('|', MediaBench.Servers.Select(server => server.Name))}, --calls=N.";
                return null;
            }

            parsed = next;
        }

        return parsed;
    }
}

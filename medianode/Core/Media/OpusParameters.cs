using System.Globalization;

namespace Byon.MediaNode.Core.Media;

/// <summary>What a peer's fmtp wants of the Opus it gets (RFC 7587 §6.1). Values that make no sense count as not given.</summary>
/// <param name="MaximumBitRate">maxaveragebitrate in bit/s; null leaves it to us.</param>
/// <param name="WantsRedundancy">useinbandfec: a copy of each frame in the next one.</param>
/// <param name="WantsPauses">usedtx: nothing needs to be sent in silence.</param>
public readonly record struct OpusParameters(int? MaximumBitRate, bool WantsRedundancy, bool WantsPauses)
{
    /// <summary>
    /// What we ask for: frames from 10 ms, redundancy for lost ones, one channel, and no more bits than speech can use.
    /// </summary>
    public const string Own = "minptime=10;useinbandfec=1;stereo=0;maxaveragebitrate=40000";

    /// <summary>Bounds of RFC 7587 §6.1.</summary>
    private const int Least = 6_000;

    private const int Most = 510_000;

    public static OpusParameters Parse(string? fmtp)
    {
        var parameters = default(OpusParameters);
        foreach (var field in (fmtp ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (field.Split('=', StringSplitOptions.TrimEntries) is not [var name, var value]) continue;
            parameters = name.ToLowerInvariant() switch
            {
                "maxaveragebitrate" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var rate) && rate >= Least =>
                    parameters with { MaximumBitRate = Math.Min(rate, Most) },
                "useinbandfec" => parameters with { WantsRedundancy = value == "1" },
                "usedtx" => parameters with { WantsPauses = value == "1" },
                _ => parameters,
            };
        }

        return parameters;
    }
}

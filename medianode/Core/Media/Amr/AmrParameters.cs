using System.Globalization;

namespace Byon.MediaNode.Core.Media.Amr;

/// <summary>What an fmtp of AMR or AMR-WB says (RFC 4867 §8.1, §8.2), as far as it concerns who sends to its author.</summary>
/// <param name="OctetAligned">Octet-aligned framing; bandwidth-efficient otherwise.</param>
/// <param name="ModeSet">Bit n stands for mode n; every mode of the codec where the fmtp names none.</param>
/// <param name="NamesModes">The fmtp names a mode-set: it must stand in an answer as well.</param>
/// <param name="ChangePeriod">Mode changes are this many frames apart, or a multiple of it: 1 or 2.</param>
/// <param name="ChangeToNeighborOnly">Modes change only to the next one of the mode-set, up or down.</param>
/// <param name="KnowsRedundancy">It names a max-red of a frame or more: its author sends frames again, and so expects to get them.</param>
public readonly record struct AmrParameters(
    bool OctetAligned, int ModeSet, bool NamesModes, int ChangePeriod, bool ChangeToNeighborOnly, bool KnowsRedundancy = false)
{
    /// <summary>
    /// False for what this node does not speak: CRC, interleaving, robust sorting, several channels, and for values that make no
    /// sense. Parameters that are not known are read over (RFC 4867 §8.3.1).
    /// </summary>
    public static bool TryParse(AudioCodec codec, string? fmtp, out AmrParameters parameters)
    {
        var every = (1 << AmrFrames.HighestMode(codec) + 1) - 1;
        parameters = new AmrParameters(false, every, false, 1, false);
        foreach (var field in (fmtp ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = field.IndexOf('=');
            var name = (equals < 0 ? field : field[..equals]).Trim().ToLowerInvariant();
            var value = equals < 0 ? "" : field[(equals + 1)..].Trim();
            if (!Take(name, value, every, ref parameters)) return false;
        }

        return true;
    }

    /// <summary>
    /// What we say of ourselves: any mode at any time is understood, ours may change every second frame only if asked to (that is
    /// mode-change-capability 2), and a frame is sent again in
    /// the next packet, if at all.
    /// </summary>
    public string Own()
    {
        var own = "mode-change-capability=2;max-red=20";
        if (OctetAligned) own = "octet-align=1;" + own;
        if (!NamesModes) return own;
        var set = ModeSet;
        var modes = Enumerable.Range(0, 9).Where(mode => (set >> mode & 1) != 0).Select(mode => mode.ToString(CultureInfo.InvariantCulture));
        return $"mode-set={string.Join(',', modes)};{own}";
    }

    private static bool Take(string name, string value, int every, ref AmrParameters parameters)
    {
        switch (name)
        {
            case "octet-align":
                parameters = parameters with { OctetAligned = value == "1" };
                return value is "0" or "1";
            case "mode-set":
                parameters = parameters with { ModeSet = Modes(value), NamesModes = true };
                return parameters.ModeSet > 0 && (parameters.ModeSet & ~every) == 0;
            case "mode-change-period":
                parameters = parameters with { ChangePeriod = value == "2" ? 2 : 1 };
                return value is "1" or "2";
            case "mode-change-neighbor":
                parameters = parameters with { ChangeToNeighborOnly = value == "1" };
                return value is "0" or "1";
            case "max-red":
                var known = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var most);
                parameters = parameters with { KnowsRedundancy = known && most >= 20 };
                return known;
            case "crc" or "robust-sorting":
                return value == "0";
            case "channels":
                return value == "1";
            case "interleaving":
                return false;
            default:
                return true;
        }
    }

    /// <summary>-1 where the list is none.</summary>
    private static int Modes(string list)
    {
        var modes = 0;
        foreach (var text in list.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var mode) || mode > 8) return -1;
            modes |= 1 << mode;
        }

        return modes;
    }
}

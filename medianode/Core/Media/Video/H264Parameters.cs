using System.Globalization;

namespace Byon.MediaNode.Core.Media.Video;

/// <summary>The fmtp of H.264 as far as a relay must understand it (RFC 6184 §8.1).</summary>
/// <param name="Profile">profile_idc and profile-iop, the constraint flags.</param>
/// <param name="Level">level_idc: ten times the level.</param>
/// <param name="PacketizationMode">0 (one NAL unit in a packet) or 1 (fragments and aggregates).</param>
public readonly record struct H264Parameters(int Profile, int Level, int PacketizationMode, bool LevelAsymmetry)
{
    private const int Baseline = 0x42;
    private const int Main = 0x4D;
    private const int Extended = 0x58;

    /// <summary>constraint_set0_flag and constraint_set1_flag of profile-iop.</summary>
    private const int Set0 = 0x80;

    private const int Set1 = 0x40;

    /// <summary>Without a profile-level-id the stream is Baseline at level 1.</summary>
    private const int DefaultProfileLevel = 0x42000A;

    /// <summary>
    /// What plain Baseline adds to Constrained Baseline no encoder of phones or browsers makes use of, while many call their
    /// Constrained Baseline so: the two count as one.
    /// </summary>
    private bool IsBaseline => (Profile >> 8, Profile & 0xFF) switch
    {
        (Baseline, _) => true,
        (Main, var constraints) => (constraints & Set0) != 0,
        (Extended, var constraints) => (constraints & (Set0 | Set1)) == (Set0 | Set1),
        _ => false,
    };

    /// <summary>The fmtp for a peer that is to speak the same: Constrained Baseline by the name that every browser has for it.</summary>
    public string Own => string.Create(
        CultureInfo.InvariantCulture,
        $"level-asymmetry-allowed=1;packetization-mode={PacketizationMode};profile-level-id={(IsBaseline ? 0x42E0 : Profile):x4}{Level:x2}");

    /// <summary>False for parameters that are none, and for the interleaved mode, which nobody here unpacks.</summary>
    public static bool TryParse(string? fmtp, out H264Parameters parameters)
    {
        var (profileLevel, mode, asymmetry) = (DefaultProfileLevel, 0, false);
        parameters = default;
        foreach (var field in (fmtp ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = field.IndexOf('=');
            var value = equals < 0 ? "" : field[(equals + 1)..].Trim();
            switch ((equals < 0 ? field : field[..equals]).Trim().ToLowerInvariant())
            {
                case "profile-level-id":
                    if (value.Length != 6 || !int.TryParse(value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out profileLevel)) return false;
                    break;
                case "packetization-mode":
                    if (value is not ("0" or "1")) return false;
                    mode = value[0] - '0';
                    break;
                case "level-asymmetry-allowed":
                    asymmetry = value == "1";
                    break;
            }
        }

        parameters = new H264Parameters(profileLevel >> 8, profileLevel & 0xFF, mode, asymmetry);
        return true;
    }

    /// <summary>Levels do not count: each side keeps to the other's.</summary>
    public bool IsSameEncoding(H264Parameters other) =>
        PacketizationMode == other.PacketizationMode && (IsBaseline ? other.IsBaseline : Profile == other.Profile);

    /// <summary>How much a phone can be expected to speak it: TS 26.114 §5.2.2 asks for Constrained Baseline.</summary>
    internal int Preference => (IsBaseline ? 4 : 0) + PacketizationMode;
}

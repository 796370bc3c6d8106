namespace Byon.MediaNode.Core.Media.Amr;

/// <summary>
/// Frame types and sizes of AMR and AMR-WB (3GPP TS 26.101 and 26.201, RFC 4867 §4.3.2). A frame here is what RFC 4867 §5.3
/// stores: one byte with type and quality bit, then the bits of the frame filled up to whole bytes.
/// </summary>
public static class AmrFrames
{
    public const int SpeechLost = 14;
    public const int NoData = 15;

    /// <summary>A codec mode request that asks for nothing (RFC 4867 §4.3.1).</summary>
    public const int NoRequest = 15;

    /// <summary>Most frames taken from, or put into, one packet: a maxptime of 240 ms (TS 26.114 §7.5.2.1).</summary>
    public const int MaximumPerPacket = 12;

    /// <summary>Header byte and 477 bits: AMR-WB 23.85.</summary>
    public const int MaximumSize = 61;

    private static readonly short[] NarrowbandBits = [95, 103, 118, 134, 148, 159, 204, 244, 39, -1, -1, -1, -1, -1, -1, 0];
    private static readonly short[] WidebandBits = [132, 177, 253, 285, 317, 365, 397, 461, 477, 40, -1, -1, -1, -1, 0, 0];

    public static TimeSpan Duration { get; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Bits of a frame of this type; -1 for types that no packet may hold.</summary>
    public static int Bits(AudioCodec codec, int type) => (IsWideband(codec) ? WidebandBits : NarrowbandBits)[type & 0x0F];

    /// <summary>Speech modes are 0 to this one; the next type is the silence descriptor (SID).</summary>
    public static int HighestMode(AudioCodec codec) => IsWideband(codec) ? 8 : 7;

    public static bool IsSilence(AudioCodec codec, int type) => type > HighestMode(codec);

    public static int SamplesPerFrame(AudioCodec codec) => IsWideband(codec) ? 320 : 160;

    /// <summary>The type within a frame's header byte.</summary>
    public static int Type(byte header) => header >> 3 & 0x0F;

    /// <summary>False where the sender marks the frame as damaged.</summary>
    public static bool IsGood(byte header) => (header & 0x04) != 0;

    public static byte Header(int type, bool good = true) => (byte)(type << 3 | (good ? 0x04 : 0));

    private static bool IsWideband(AudioCodec codec) => codec == AudioCodec.AmrWb;
}

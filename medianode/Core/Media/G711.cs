namespace Byon.MediaNode.Core.Media;

/// <summary>The two companding laws of ITU-T G.711 as tables: 8,000 samples a second, one byte each.</summary>
public static class G711
{
    public const int SampleRate = 8000;

    private const int MuBias = 0x84;
    private const int MuClip = 32635;

    private static readonly short[] MuToLinear = Table(MuLawSample);
    private static readonly short[] AToLinear = Table(ALawSample);

    // The laws resolve 14 and 13 bits: the two lowest bits of a sample never matter.
    private static readonly byte[] LinearToMu = Table(MuLawCode);
    private static readonly byte[] LinearToA = Table(ALawCode);

    public static void DecodeMuLaw(ReadOnlySpan<byte> codes, Span<short> samples) => Decode(MuToLinear, codes, samples);

    public static void DecodeALaw(ReadOnlySpan<byte> codes, Span<short> samples) => Decode(AToLinear, codes, samples);

    public static void EncodeMuLaw(ReadOnlySpan<short> samples, Span<byte> codes) => Encode(LinearToMu, samples, codes);

    public static void EncodeALaw(ReadOnlySpan<short> samples, Span<byte> codes) => Encode(LinearToA, samples, codes);

    private static void Decode(short[] table, ReadOnlySpan<byte> codes, Span<short> samples)
    {
        for (var i = 0; i < codes.Length; i++) samples[i] = table[codes[i]];
    }

    private static void Encode(byte[] table, ReadOnlySpan<short> samples, Span<byte> codes)
    {
        for (var i = 0; i < samples.Length; i++) codes[i] = table[(ushort)samples[i] >> 2];
    }

    private static short[] Table(Func<byte, int> sampleOf) => [.. Enumerable.Range(0, 256).Select(code => (short)sampleOf((byte)code))];

    private static byte[] Table(Func<int, byte> codeOf) => [.. Enumerable.Range(0, 1 << 14).Select(index => codeOf((short)(index << 2)))];

    private static int MuLawSample(byte code)
    {
        var inverted = ~code;
        var magnitude = (((inverted & 0x0F) << 3) + MuBias << ((inverted >> 4) & 7)) - MuBias;
        return (inverted & 0x80) != 0 ? -magnitude : magnitude;
    }

    private static byte MuLawCode(int sample)
    {
        // The lowest two bits are gone: take the middle of the four values that share an index on the negative side.
        var magnitude = Math.Min(sample < 0 ? -sample - 1 : sample, MuClip) + MuBias;
        var segment = int.Log2(magnitude) - 7;
        var code = segment << 4 | magnitude >> (segment + 3) & 0x0F;
        return (byte)~(sample < 0 ? code | 0x80 : code);
    }

    private static int ALawSample(byte code)
    {
        var toggled = code ^ 0x55;
        var segment = (toggled >> 4) & 7;
        var steps = (toggled & 0x0F) << 4;
        var magnitude = segment == 0 ? steps + 8 : steps + 0x108 << (segment - 1);
        return (toggled & 0x80) != 0 ? magnitude : -magnitude;
    }

    private static byte ALawCode(int sample)
    {
        var magnitude = sample < 0 ? -sample - 1 : sample;
        var segment = Math.Max(int.Log2(magnitude | 1) - 7, 0);
        var code = segment == 0 ? magnitude >> 4 : segment << 4 | magnitude >> (segment + 3) & 0x0F;
        return (byte)((sample < 0 ? code : code | 0x80) ^ 0x55);
    }
}

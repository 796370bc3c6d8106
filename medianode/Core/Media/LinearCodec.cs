using System.Buffers.Binary;

namespace Byon.MediaNode.Core.Media;

/// <summary>L16 as a stream: the samples themselves, in network order, one channel (RFC 3551 §4.5.11).</summary>
public sealed class LinearDecoder : IAudioDecoder
{
    private readonly FadingRepeat _repeat = new(LinearEncoder.Rate);

    public int SampleRate => LinearEncoder.Rate;

    public int Decode(ReadOnlySpan<byte> payload, Span<short> samples)
    {
        var count = payload.Length / 2;
        if (count > samples.Length) return 0;
        for (var i = 0; i < count; i++) samples[i] = BinaryPrimitives.ReadInt16BigEndian(payload[(i * 2)..]);
        _repeat.Heard(samples[..count]);
        return count;
    }

    public void Conceal(ReadOnlySpan<byte> next, Span<short> samples) => _repeat.Fill(samples);

    public void Dispose()
    {
    }
}

public sealed class LinearEncoder : IAudioEncoder
{
    /// <summary>L16 exists at any rate; this is the one that speech codecs have.</summary>
    public const int Rate = 16_000;

    public int SampleRate => Rate;

    public int Encode(ReadOnlySpan<short> samples, Span<byte> payload)
    {
        if (samples.Length * 2 > payload.Length) return 0;
        for (var i = 0; i < samples.Length; i++) BinaryPrimitives.WriteInt16BigEndian(payload[(i * 2)..], samples[i]);
        return samples.Length * 2;
    }

    public void Dispose()
    {
    }
}

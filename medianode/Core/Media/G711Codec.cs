namespace Byon.MediaNode.Core.Media;

/// <summary>G.711 as a stream: one sample a byte, and a missing packet is the last one again, fading.</summary>
public sealed class G711Decoder(AudioCodec codec) : IAudioDecoder
{
    private readonly FadingRepeat _repeat = new(G711.SampleRate);

    public int SampleRate => G711.SampleRate;

    public int Decode(ReadOnlySpan<byte> payload, Span<short> samples)
    {
        if (payload.Length > samples.Length) return 0;
        if (codec == AudioCodec.Pcma) G711.DecodeALaw(payload, samples);
        else G711.DecodeMuLaw(payload, samples);
        _repeat.Heard(samples[..payload.Length]);
        return payload.Length;
    }

    public void Conceal(ReadOnlySpan<byte> next, Span<short> samples) => _repeat.Fill(samples);

    public void Dispose()
    {
    }
}

public sealed class G711Encoder(AudioCodec codec) : IAudioEncoder
{
    public int SampleRate => G711.SampleRate;

    public int Encode(ReadOnlySpan<short> samples, Span<byte> payload)
    {
        if (codec == AudioCodec.Pcma) G711.EncodeALaw(samples, payload);
        else G711.EncodeMuLaw(samples, payload);
        return samples.Length;
    }

    public void Dispose()
    {
    }
}

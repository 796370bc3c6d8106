namespace Byon.MediaNode.Core.Media;

/// <summary>G.711 as a stream: one sample a byte, and a missing packet is the last one again, fading.</summary>
public sealed class G711Decoder(AudioCodec codec) : IAudioDecoder
{
    /// <summary>How long a fading repeat lasts before it is silence.</summary>
    private const int LongestConcealment = G711.SampleRate * 60 / 1000;

    private readonly short[] _history = new short[G711.SampleRate * 20 / 1000];
    private int _concealed = LongestConcealment;

    public int SampleRate => G711.SampleRate;

    public int Decode(ReadOnlySpan<byte> payload, Span<short> samples)
    {
        if (payload.Length > samples.Length) return 0;
        if (codec == AudioCodec.Pcma) G711.DecodeALaw(payload, samples);
        else G711.DecodeMuLaw(payload, samples);

        var kept = Math.Min(payload.Length, _history.Length);
        _history.AsSpan(kept).CopyTo(_history);
        samples[(payload.Length - kept)..payload.Length].CopyTo(_history.AsSpan(_history.Length - kept));
        _concealed = 0;
        return payload.Length;
    }

    public void Conceal(ReadOnlySpan<byte> next, Span<short> samples)
    {
        foreach (ref var sample in samples)
        {
            var level = Math.Max(LongestConcealment - _concealed, 0);
            sample = (short)(_history[_concealed % _history.Length] * level / LongestConcealment);
            if (level > 0) _concealed++;
        }
    }

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

namespace Byon.MediaNode.Core.Media.G722;

/// <summary>G.722 at 64 kbit/s as a stream: one byte gives two samples at 16,000 Hz, and a missing packet fades.</summary>
public sealed class G722Decoder : IAudioDecoder
{
    private readonly G722Band _low = new(32, 18432, 8);
    private readonly G722Band _high = new(8, 22528, 10);
    private readonly int[] _history = new int[24];
    private readonly FadingRepeat _repeat = new(G722Encoder.Rate);

    public int SampleRate => G722Encoder.Rate;

    public int Decode(ReadOnlySpan<byte> payload, Span<short> samples)
    {
        if (payload.Length * 2 > samples.Length) return 0;
        for (var i = 0; i < payload.Length; i++)
        {
            var low = DecodeLow(payload[i] & 0x3F);
            var high = DecodeHigh(payload[i] >> 6);
            Join(low + high, low - high, samples[(i * 2)..]);
        }

        _repeat.Heard(samples[..(payload.Length * 2)]);
        return payload.Length * 2;
    }

    public void Conceal(ReadOnlySpan<byte> next, Span<short> samples) => _repeat.Fill(samples);

    public void Dispose()
    {
    }

    private int DecodeLow(int code)
    {
        var sample = Clip(_low.Prediction + (_low.Scale * Value(code) >> 15));
        _low.Update(_low.Scale * G722Tables.LowCoarse[code >> 2] >> 15, G722Tables.LowSteps[code >> 2]);
        return sample;
    }

    private int DecodeHigh(int code)
    {
        var difference = _high.Scale * G722Tables.HighValues[code] >> 15;
        var sample = Clip(_high.Prediction + difference);
        _high.Update(difference, G722Tables.HighSteps[code]);
        return sample;
    }

    /// <summary>The receive mirror filter: one sample of each band gives two of the signal.</summary>
    private void Join(int sum, int difference, Span<short> samples)
    {
        _history.AsSpan(2).CopyTo(_history);
        (_history[22], _history[23]) = (sum, difference);
        int first = 0, second = 0;
        for (var i = 0; i < 12; i++)
        {
            second += _history[i * 2] * G722Tables.Mirror[i];
            first += _history[i * 2 + 1] * G722Tables.Mirror[11 - i];
        }

        samples[0] = (short)G722Band.Saturate(first >> 11);
        samples[1] = (short)G722Band.Saturate(second >> 11);
    }

    private static int Value(int code) => code switch
    {
        < 4 => -136,
        < 32 => -G722Tables.LowValues[code - 4],
        < 62 => G722Tables.LowValues[code - 32],
        62 => -432,
        _ => -136,
    };

    private static int Clip(int sample) => Math.Clamp(sample, -16384, 16383);
}

namespace Byon.MediaNode.Core.Media.G722;

/// <summary>G.722 at 64 kbit/s as a stream: two samples at 16,000 Hz give one byte.</summary>
public sealed class G722Encoder : IAudioEncoder
{
    /// <summary>Of the samples; RTP counts 8,000 (RFC 3551 §4.5.2).</summary>
    public const int Rate = 16_000;

    private readonly G722Band _low = new(32, 18432, 8);
    private readonly G722Band _high = new(8, 22528, 10);
    private readonly int[] _history = new int[24];

    public int SampleRate => Rate;

    public int Encode(ReadOnlySpan<short> samples, Span<byte> payload)
    {
        var count = Math.Min(samples.Length / 2, payload.Length);
        for (var i = 0; i < count; i++)
        {
            var (low, high) = Split(samples[i * 2], samples[i * 2 + 1]);
            payload[i] = (byte)(EncodeHigh(high) << 6 | EncodeLow(low));
        }

        return count;
    }

    public void Dispose()
    {
    }

    /// <summary>The transmit mirror filter: two samples of the signal give one of each band.</summary>
    private (int Low, int High) Split(short first, short second)
    {
        _history.AsSpan(2).CopyTo(_history);
        (_history[22], _history[23]) = (first, second);
        int even = 0, odd = 0;
        for (var i = 0; i < 12; i++)
        {
            odd += _history[i * 2] * G722Tables.Mirror[i];
            even += _history[i * 2 + 1] * G722Tables.Mirror[11 - i];
        }

        return (even + odd >> 14, even - odd >> 14);
    }

    private int EncodeLow(int sample)
    {
        var error = G722Band.Saturate(sample - _low.Prediction);
        var magnitude = error >= 0 ? error : -(error + 1);
        var level = 1;
        while (level < 30 && magnitude >= G722Tables.LowDecisions[level - 1] * _low.Scale >> 12) level++;

        // Codes of negative differences count down from 63, those of positive ones from 61; the two largest of the first wrap to 31.
        var code = error < 0 ? level < 3 ? 64 - level : 34 - level : 62 - level;
        _low.Update(_low.Scale * G722Tables.LowCoarse[code >> 2] >> 15, G722Tables.LowSteps[code >> 2]);
        return code;
    }

    private int EncodeHigh(int sample)
    {
        var error = G722Band.Saturate(sample - _high.Prediction);
        var magnitude = error >= 0 ? error : -(error + 1);
        var large = magnitude >= G722Tables.HighDecision * _high.Scale >> 12;
        var code = error < 0 ? large ? 0 : 1 : large ? 2 : 3;
        _high.Update(_high.Scale * G722Tables.HighValues[code] >> 15, G722Tables.HighSteps[code]);
        return code;
    }
}

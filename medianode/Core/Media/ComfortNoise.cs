namespace Byon.MediaNode.Core.Media;

/// <summary>
/// The noise that a peer describes instead of sending silence (RFC 3389), for codecs that have no such thing of their own: its
/// level, and its spectrum as reflection coefficients at 8,000 Hz. Where samples have another rate the noise is white. Holds
/// state: one per stream.
/// </summary>
internal sealed class ComfortNoise(int sampleRate)
{
    /// <summary>Coefficients we describe noise with; those of a peer beyond twice as many are left out (RFC 3389 §3.3).</summary>
    private const int Order = 5;

    /// <summary>Room for a description of ours.</summary>
    public const int MaximumSize = 1 + Order;

    private const int SpectrumRate = 8_000;

    /// <summary>Louder noise is no pause of anybody.</summary>
    private const int Loudest = 20;

    private const int Quietest = 127;

    /// <summary>Nearer to one the filter would ring instead of hiss.</summary>
    private const float Sharpest = 0.95f;

    /// <summary>One step of a coefficient (RFC 3389 §3.2).</summary>
    private const float Step = 258 / 32768f;

    /// <summary>Full scale of an overloading sine wave, which 0 dBov is, and what it is of an even distribution.</summary>
    private const double FullScale = 32767 * 1.7320508 / 1.4142136;

    private readonly float[] _reflection = new float[Order * 2];
    private readonly float[] _delayed = new float[Order * 2 + 1];
    private uint _seed = 0x2545F491;
    private float _amplitude;
    private int _order;

    public void Take(ReadOnlySpan<byte> payload)
    {
        var level = payload.IsEmpty ? Quietest : Math.Max(payload[0] & 0x7F, Loudest);
        var power = Math.Pow(10, -level / 10.0);
        _order = sampleRate == SpectrumRate ? Math.Clamp(payload.Length - 1, 0, _reflection.Length) : 0;
        for (var i = 0; i < _order; i++)
        {
            _reflection[i] = Math.Clamp((payload[i + 1] - 127) * Step, -Sharpest, Sharpest);

            // What the filter will add.
            power *= 1 - _reflection[i] * _reflection[i];
        }

        // What rings in one filter may be far too loud for the next.
        Array.Clear(_delayed);
        _amplitude = (float)(FullScale * Math.Sqrt(power));
    }

    public void Fill(Span<short> samples)
    {
        foreach (ref var sample in samples)
        {
            // An inaudible pattern is enough: a linear congruence.
            _seed = _seed * 1664525 + 1013904223;
            var shaped = ((_seed >> 16) * 2 / 65536f - 1) * _amplitude;
            for (var i = _order - 1; i >= 0; i--)
            {
                shaped -= _reflection[i] * _delayed[i];
                _delayed[i + 1] = _delayed[i] + _reflection[i] * shaped;
            }

            _delayed[0] = shaped;
            sample = (short)Math.Clamp(shaped, short.MinValue, short.MaxValue);
        }
    }

    /// <summary>Writes the payload that describes these samples. Returns its length.</summary>
    public int Describe(ReadOnlySpan<short> samples, Span<byte> payload)
    {
        Span<double> correlation = stackalloc double[Order + 1];
        for (var lag = 0; lag <= Order; lag++)
        {
            for (var i = lag; i < samples.Length; i++) correlation[lag] += (double)samples[i] * samples[i - lag];
        }

        var level = correlation[0] == 0 ? Quietest : -10 * Math.Log10(correlation[0] / samples.Length / (32767.0 * 32767 / 2));
        payload[0] = (byte)Math.Clamp(Math.Round(level), 0, Quietest);
        if (sampleRate != SpectrumRate || correlation[0] == 0) return 1;
        WriteReflection(correlation, payload[1..]);
        return MaximumSize;
    }

    /// <summary>Levinson and Durbin's recursion.</summary>
    private static void WriteReflection(ReadOnlySpan<double> correlation, Span<byte> payload)
    {
        Span<double> predictor = stackalloc double[Order + 1], before = stackalloc double[Order + 1];
        var left = correlation[0] * 1.0001;
        predictor[0] = 1;
        for (var i = 1; i <= Order; i++)
        {
            var sum = 0.0;
            for (var j = 0; j < i; j++) sum += predictor[j] * correlation[i - j];
            var reflection = -sum / left;
            predictor.CopyTo(before);
            for (var j = 1; j <= i; j++) predictor[j] += reflection * before[i - j];
            left *= 1 - reflection * reflection;
            payload[i - 1] = (byte)Math.Clamp(Math.Round(reflection / Step) + 127, 0, 254);
        }
    }
}

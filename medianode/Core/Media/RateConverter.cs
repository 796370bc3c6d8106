namespace Byon.MediaNode.Core.Media;

/// <summary>
/// Doubles or halves a sample rate, between narrowband and wideband codecs. A half-band low-pass, linear in phase, keeps what
/// both rates can carry; it delays by <see cref="Reach"/> samples of the higher rate. Holds state: one per stream.
/// </summary>
public sealed class RateConverter
{
    /// <summary>Taps on each side of the middle one; every second tap of a half-band filter is zero.</summary>
    private const int Reach = 31;

    private static readonly float[] Taps = HalfBand();

    private readonly bool _doubles;
    private readonly float[] _window;

    /// <param name="from">In Hz; half or twice <paramref name="to"/>.</param>
    public RateConverter(int from, int to)
    {
        if (from != to * 2 && to != from * 2) throw new ArgumentOutOfRangeException(nameof(from), from, $"is neither half nor twice {to}");
        _doubles = to > from;

        // What the filter still needs of the samples before.
        _window = new float[_doubles ? Reach : Reach * 2];
    }

    public int Length(int samples) => _doubles ? samples * 2 : samples / 2;

    /// <summary>Converts all of <paramref name="input"/>, an even number of samples, into <see cref="Length"/> samples.</summary>
    public void Convert(ReadOnlySpan<short> input, Span<short> output)
    {
        Span<float> samples = stackalloc float[Chunk + Reach * 2];
        for (; !input.IsEmpty; input = input[Math.Min(Chunk, input.Length)..])
        {
            var chunk = input[..Math.Min(Chunk, input.Length)];
            _window.CopyTo(samples);
            for (var i = 0; i < chunk.Length; i++) samples[_window.Length + i] = chunk[i];
            var filled = samples[..(_window.Length + chunk.Length)];
            if (_doubles) Double(filled, output);
            else Halve(filled, output);
            filled[^_window.Length..].CopyTo(_window);
            output = output[Length(chunk.Length)..];
        }
    }

    private const int Chunk = 320;

    /// <summary>Between two samples lies one that the odd taps give; the samples themselves stay.</summary>
    private static void Double(ReadOnlySpan<float> samples, Span<short> output)
    {
        for (var i = 0; i < samples.Length - Reach; i++)
        {
            var sum = 0f;
            for (var tap = 0; tap < Taps.Length; tap++) sum += Taps[tap] * (samples[i + Taps.Length - 1 - tap] + samples[i + Taps.Length + tap]);
            output[i * 2] = Round(samples[i + Taps.Length - 1]);
            output[i * 2 + 1] = Round(sum * 2);
        }
    }

    private static void Halve(ReadOnlySpan<float> samples, Span<short> output)
    {
        for (var i = 0; i + Reach * 2 < samples.Length; i += 2)
        {
            var sum = samples[i + Reach] / 2;
            for (var tap = 0; tap < Taps.Length; tap++) sum += Taps[tap] * (samples[i + Reach - 1 - tap * 2] + samples[i + Reach + 1 + tap * 2]);
            output[i / 2] = Round(sum);
        }
    }

    private static short Round(float sample) => (short)Math.Clamp(MathF.Round(sample), short.MinValue, short.MaxValue);

    /// <summary>The odd taps of one side: a sinc of a quarter of the rate under a Blackman window.</summary>
    private static float[] HalfBand()
    {
        var taps = new double[(Reach + 1) / 2];
        for (var i = 0; i < taps.Length; i++)
        {
            double at = i * 2 + 1, phase = Math.PI * at / (Reach + 1);
            taps[i] = Math.Sin(Math.PI * at / 2) / (Math.PI * at) * (0.42 + 0.5 * Math.Cos(phase) + 0.08 * Math.Cos(2 * phase));
        }

        // Both sides and the middle tap of a half add up to one.
        var scale = 0.25 / taps.Sum();
        return [.. taps.Select(tap => (float)(tap * scale))];
    }
}

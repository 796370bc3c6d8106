namespace Byon.Tests.TestKit;

/// <summary>
/// Something a codec finds as hard as speech: a pitch that glides, three formants that move, breath, syllables and pauses.
/// Computed, so that every run hears the same.
/// </summary>
public static class Speech
{
    /// <summary>Width of the bands in which two sounds are compared, and the frames: about what an ear tells apart.</summary>
    private const int Bands = 18;

    /// <summary>Energy below which a band of a frame is as good as silent.</summary>
    private const double Floor = 1e4;

    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(32);

    /// <summary>16 bit samples.</summary>
    public static short[] Samples(int sampleRate, int seconds)
    {
        var samples = new short[sampleRate * seconds];
        var noise = new Random(7);
        double phase = 0;
        for (var i = 0; i < samples.Length; i++)
        {
            var t = (double)i / sampleRate;
            var pitch = 120 + 35 * Math.Sin(2 * Math.PI * 0.7 * t) + 10 * Math.Sin(2 * Math.PI * 3.1 * t);
            phase += pitch / sampleRate;
            phase -= Math.Floor(phase);
            var syllable = Math.Max(0, Math.Sin(2 * Math.PI * 4.3 * t)) * (Math.Sin(2 * Math.PI * 0.45 * t) > -0.6 ? 1 : 0);
            double sum = 0;
            for (var harmonic = 1; harmonic * pitch < Math.Min(3800, sampleRate / 2.2); harmonic++)
                sum += Formants(harmonic * pitch, t) * Math.Sin(2 * Math.PI * harmonic * phase);
            sum += (noise.NextDouble() - 0.5) * 0.25;
            samples[i] = (short)Math.Clamp(5_000 * syllable * sum, short.MinValue, short.MaxValue);
        }

        return samples;
    }

    /// <summary>
    /// How far a sound is from the one it should be, sample for sample in step with it: the difference of their levels in dB, over
    /// bands of a third of an octave from 100 to 3,400 Hz and frames of 32 ms, on average over all that are not silent in both.
    /// </summary>
    public static double Distance(ReadOnlySpan<short> heard, ReadOnlySpan<short> meant, int sampleRate)
    {
        var size = (int)(Frame.TotalSeconds * sampleRate);
        var (sum, count) = (0.0, 0);
        for (var at = 0; at + size <= Math.Min(heard.Length, meant.Length); at += size / 2)
        {
            for (var band = 0; band < Bands; band++)
            {
                var hertz = 100 * Math.Pow(2, band / 3.5);
                double one = Energy(heard.Slice(at, size), hertz, sampleRate), other = Energy(meant.Slice(at, size), hertz, sampleRate);
                if (one < Floor && other < Floor) continue;
                sum += Math.Abs(10 * Math.Log10((one + Floor) / (other + Floor)));
                count++;
            }
        }

        return count == 0 ? 0 : sum / count;
    }

    /// <summary>At one frequency and half a band to either side of it, under a raised cosine.</summary>
    private static double Energy(ReadOnlySpan<short> frame, double hertz, int sampleRate)
    {
        var sum = 0.0;
        for (var offset = -1; offset <= 1; offset++)
        {
            var step = 2 * Math.PI * hertz * (1 + offset * 0.07) / sampleRate;
            double coefficient = 2 * Math.Cos(step), last = 0, before = 0;
            for (var i = 0; i < frame.Length; i++)
            {
                var next = frame[i] * (0.5 - 0.5 * Math.Cos(2 * Math.PI * i / frame.Length)) + coefficient * last - before;
                (before, last) = (last, next);
            }

            sum += last * last + before * before - coefficient * last * before;
        }

        return sum / frame.Length;
    }

    private static double Formants(double hertz, double t) =>
        Peak(hertz, 550 + 200 * Math.Sin(2 * Math.PI * 1.3 * t), 110)
        + 0.6 * Peak(hertz, 1500 + 500 * Math.Sin(2 * Math.PI * 0.9 * t), 160)
        + 0.3 * Peak(hertz, 2600, 220);

    private static double Peak(double hertz, double centre, double width) => 1 / (1 + Math.Pow((hertz - centre) / width, 2));
}

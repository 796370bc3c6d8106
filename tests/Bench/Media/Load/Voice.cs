namespace Byon.Tests.Bench.Media.Load;

/// <summary>
/// Sounds as 16-bit mono samples: something a speech codec finds as hard as speech (a pitch that glides, three moving formants,
/// breath, syllables and pauses), and a probe to measure delay with. Computed, so that every run hears the same.
/// </summary>
internal static class Voice
{
    public const double ProbePeriodSeconds = 1;
    private const double ProbeBurstSeconds = 0.2;
    private const double ProbeHertz = 1000;

    public static short[] Speech(int sampleRate, int seconds)
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

    /// <summary>One second: a burst of tone from its first sample, then silence.</summary>
    public static short[] Probe(int sampleRate)
    {
        var samples = new short[(int)(sampleRate * ProbePeriodSeconds)];
        for (var i = 0; i < sampleRate * ProbeBurstSeconds; i++)
            samples[i] = (short)(12_000 * Math.Sin(2 * Math.PI * ProbeHertz * i / sampleRate));
        return samples;
    }

    private static double Formants(double hertz, double t) =>
        Peak(hertz, 550 + 200 * Math.Sin(2 * Math.PI * 1.3 * t), 110)
        + 0.6 * Peak(hertz, 1500 + 500 * Math.Sin(2 * Math.PI * 0.9 * t), 160)
        + 0.3 * Peak(hertz, 2600, 220);

    private static double Peak(double hertz, double centre, double width) => 1 / (1 + Math.Pow((hertz - centre) / width, 2));
}

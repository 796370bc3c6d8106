namespace Byon.Tests.Bench.Media.Load;

/// <summary>A sound to measure delay with, as 16-bit mono samples.</summary>
internal static class Voice
{
    public const double ProbePeriodSeconds = 1;
    private const double ProbeBurstSeconds = 0.2;
    private const double ProbeHertz = 1000;

    /// <summary>One second: a burst of tone from its first sample, then silence.</summary>
    public static short[] Probe(int sampleRate)
    {
        var samples = new short[(int)(sampleRate * ProbePeriodSeconds)];
        for (var i = 0; i < sampleRate * ProbeBurstSeconds; i++)
            samples[i] = (short)(12_000 * Math.Sin(2 * Math.PI * ProbeHertz * i / sampleRate));
        return samples;
    }
}

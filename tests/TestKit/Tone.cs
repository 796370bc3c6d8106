namespace Byon.Tests.TestKit;

/// <summary>
/// Sine tones, and how much of one a buffer holds. Audio is proved by identity: each party of a call sends a tone of its own,
/// and must hear the other's and not its own.
/// </summary>
public static class Tone
{
    /// <summary>Share of a frame's energy above which it counts as holding the tone.</summary>
    private const double Present = 0.5;

    /// <summary>Share below which it counts as not holding it.</summary>
    private const double Absent = 0.05;

    /// <summary>Root mean square, of full scale 1, below which a frame is silence.</summary>
    private const double Silence = 0.003;

    /// <summary>Share each of the two tones of a key must have: half is the ideal.</summary>
    private const double KeyShare = 0.2;

    private const string Keys = "123A456B789C*0#D";

    private static readonly double[] KeyRows = [697, 770, 852, 941];
    private static readonly double[] KeyColumns = [1209, 1336, 1477, 1633];

    private static readonly TimeSpan FrameLength = TimeSpan.FromMilliseconds(40);

    /// <summary>16 bit samples of a sine.</summary>
    /// <param name="level">Amplitude, of full scale 1.</param>
    public static short[] Samples(double hertz, TimeSpan duration, int sampleRate, double level = 0.5)
    {
        var samples = new short[(int)(duration.TotalSeconds * sampleRate)];
        for (var i = 0; i < samples.Length; i++)
            samples[i] = (short)(short.MaxValue * level * Math.Sin(2 * Math.PI * hertz * i / sampleRate));
        return samples;
    }

    /// <summary>The share of a buffer's energy that lies at one frequency (Goertzel): 1 for a pure sine, near 0 for another tone or noise.</summary>
    public static double Share(ReadOnlySpan<short> samples, double hertz, int sampleRate)
    {
        double coefficient = 2 * Math.Cos(2 * Math.PI * hertz / sampleRate), last = 0, beforeLast = 0, energy = 0;
        foreach (var sample in samples)
        {
            var next = sample + coefficient * last - beforeLast;
            beforeLast = last;
            last = next;
            energy += (double)sample * sample;
        }

        var power = last * last + beforeLast * beforeLast - coefficient * last * beforeLast;
        return energy == 0 ? 0 : Math.Min(1, 2 * power / (samples.Length * energy));
    }

    /// <summary>How long the buffer holds one tone and not the other, summed over frames of 40 ms.</summary>
    public static TimeSpan Heard(ReadOnlySpan<short> samples, double hertz, double notHertz, int sampleRate) =>
        Count(samples, sampleRate, frame =>
            !IsSilent(frame) && Share(frame, hertz, sampleRate) > Present && Share(frame, notHertz, sampleRate) < Absent);

    /// <summary>How long the buffer holds one tone at any share that can be heard, summed over frames of 40 ms.</summary>
    public static TimeSpan Traces(ReadOnlySpan<short> samples, double hertz, int sampleRate) =>
        Count(samples, sampleRate, frame => !IsSilent(frame) && Share(frame, hertz, sampleRate) > Absent * 2);

    /// <summary>How long the buffer holds the two tones of a telephone key (ITU-T Q.23), summed over frames of 40 ms.</summary>
    public static TimeSpan KeyHeard(ReadOnlySpan<short> samples, char key, int sampleRate)
    {
        var place = Keys.IndexOf(key, StringComparison.Ordinal);
        double low = KeyRows[place / 4], high = KeyColumns[place % 4];
        return Count(samples, sampleRate, frame =>
            !IsSilent(frame) && Share(frame, low, sampleRate) > KeyShare && Share(frame, high, sampleRate) > KeyShare);
    }

    /// <summary>How long the buffer is silent, summed over frames of 40 ms.</summary>
    public static TimeSpan Silent(ReadOnlySpan<short> samples, int sampleRate) => Count(samples, sampleRate, IsSilent);

    private static bool IsSilent(ReadOnlySpan<short> frame)
    {
        double energy = 0;
        foreach (var sample in frame)
            energy += (double)sample * sample;
        return Math.Sqrt(energy / frame.Length) < Silence * short.MaxValue;
    }

    private static TimeSpan Count(ReadOnlySpan<short> samples, int sampleRate, FrameTest holds)
    {
        var size = (int)(FrameLength.TotalSeconds * sampleRate);
        var frames = 0;
        for (; samples.Length >= size; samples = samples[size..])
        {
            if (holds(samples[..size]))
                frames++;
        }

        return frames * FrameLength;
    }

    private delegate bool FrameTest(ReadOnlySpan<short> frame);
}

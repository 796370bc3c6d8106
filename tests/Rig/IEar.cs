using System.Diagnostics;
using Byon.Tests.TestKit;

namespace Byon.Tests.Rig;

/// <summary>A party of a call that sends a tone of its own and keeps every sample it hears: a phone or a browser's page.</summary>
public interface IEar
{
    /// <summary>Frequency of what this party sends, Hz.</summary>
    int Tone { get; }

    /// <summary>For messages of failing tests: what this party saw and heard of so far.</summary>
    string Log { get; }

    /// <summary>The samples heard in this call from a place on.</summary>
    Task<HeardAudio> HeardAsync(int from);
}

/// <param name="From">Place of the first sample.</param>
public readonly record struct HeardAudio(short[] Samples, int SampleRate, int From)
{
    /// <summary>Place of the sample that comes next.</summary>
    public int End => From + Samples.Length;
}

/// <summary>What a party must hear, proved on what comes in after the question was asked.</summary>
public static class Hearing
{
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1.5);

    /// <summary>Waits until 2 s of the tone came in, in which the party did not hear itself.</summary>
    public static async Task MustHearAsync(this IEar ear, int tone, TimeSpan? limit = null)
    {
        var from = (await ear.HeardAsync(int.MaxValue)).From;
        var heard = TimeSpan.Zero;
        await WaitFor.TrueAsync(
            async () =>
            {
                var audio = await ear.HeardAsync(from);
                heard = Tone.Heard(audio.Samples, tone, ear.Tone, audio.SampleRate);
                return heard >= Enough;
            },
            limit, () => $"heard {heard}. {ear.Log}", $"{Enough} of {tone} Hz");
    }

    /// <summary>Waits until each of the two hears the other, and not itself.</summary>
    public static Task MustTalkAsync(this IEar one, IEar other) => Task.WhenAll(one.MustHearAsync(other.Tone), other.MustHearAsync(one.Tone));

    /// <summary>Waits until nothing of the tone came in for 1.5 s on end.</summary>
    public static async Task MustStopHearingAsync(this IEar ear, int tone, TimeSpan? limit = null)
    {
        var from = (await ear.HeardAsync(int.MaxValue)).From;
        var quiet = Stopwatch.StartNew();
        await WaitFor.TrueAsync(
            async () =>
            {
                var audio = await ear.HeardAsync(from);
                if (Tone.Traces(audio.Samples, tone, audio.SampleRate) > TimeSpan.Zero)
                {
                    from = audio.End;
                    quiet.Restart();
                }

                return quiet.Elapsed > Quiet;
            },
            limit, () => ear.Log, $"{Quiet} without {tone} Hz");
    }

    /// <summary>Waits until the two tones of a key were heard at or after a place.</summary>
    public static Task MustHearKeyAsync(this IEar ear, char key, int from) => WaitFor.TrueAsync(
        async () =>
        {
            var audio = await ear.HeardAsync(from);
            return Tone.KeyHeard(audio.Samples, key, audio.SampleRate) > TimeSpan.Zero;
        },
        otherwise: () => ear.Log, text: $"key {key} in the audio");
}

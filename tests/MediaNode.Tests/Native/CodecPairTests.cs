using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Native;

/// <summary>Audio from one leg to the other, in virtual time, for every pair of codecs.</summary>
public sealed class CodecPairTests : CodecPathRig
{
    private static readonly Dictionary<int, Lazy<short[]>> Buzzes = new() { [8_000] = new(() => MakeBuzz(8_000)), [16_000] = new(() => MakeBuzz(16_000)) };

    private static readonly Dictionary<int, Lazy<List<double>>> Meant = new()
    {
        [8_000] = new(() => Spectrum(Buzz(8_000), 8_000)),
        [16_000] = new(() => Spectrum(Buzz(16_000), 16_000)),
    };

    public static TheoryData<AudioCodec, AudioCodec> Pairs()
    {
        var pairs = new TheoryData<AudioCodec, AudioCodec>();
        foreach (var from in Formats)
            foreach (var to in Formats) pairs.Add(from.Codec, to.Codec);
        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void TheToneIsHeardOnceAndInStep(AudioCodec fromCodec, AudioCodec toCodec)
    {
        var (from, to) = (Format(fromCodec), Format(toCodec));
        Speak(from, to, Tone.Samples(700, TimeSpan.FromSeconds(1), Rate(from)));

        Assert.InRange(Sent.Count, 47, 51);
        var step = (uint)RtpClock.Units(PacketTime, to.ClockRate);
        Assert.All(Sent.Zip(Sent.Skip(1)), pair => Assert.Equal(step, pair.Second.Timestamp - pair.First.Timestamp));
        Assert.Equal([true, .. Enumerable.Repeat(false, Sent.Count - 1)], Sent.ConvertAll(s => s.Marker));
        Assert.All(Sent, s => Assert.Equal(to.PayloadType, s.Type));
        Assert.True(Tone.Heard(Hear(to), 700, 1300, Rate(to)) > TimeSpan.FromSeconds(0.8));
    }

    /// <summary>
    /// A buzz of 125 Hz with the slope of speech. What the far side hears has, in each third of an octave from 200 to 3,150 Hz, the
    /// energy it had; on average over the bands within the stated bound.
    /// </summary>
    [Theory]
    [MemberData(nameof(Pairs))]
    public void TheSpectrumStaysWithinItsBound(AudioCodec fromCodec, AudioCodec toCodec)
    {
        // Opus at these bit rates shapes what it leaves out more than the others do, in narrowband most.
        var usesOpus = fromCodec == AudioCodec.Opus || toCodec == AudioCodec.Opus;
        var bound = usesOpus ? 4.5 : 1.5;
        var (from, to) = (Format(fromCodec), Format(toCodec));
        Speak(from, to, Buzz(Rate(from)));
        var distance = Spectrum(Hear(to), Rate(to)).Zip(Meant[Rate(to)].Value, (heard, meant) => Math.Abs(heard - meant)).Average();
        Assert.True(distance < bound, $"{fromCodec} → {toCodec}: {distance:F2} dB");
    }

    [Theory]
    [InlineData(AudioCodec.Opus, AudioCodec.AmrWb)]
    [InlineData(AudioCodec.AmrWb, AudioCodec.Opus)]
    [InlineData(AudioCodec.Amr, AudioCodec.Pcma)]
    [InlineData(AudioCodec.AmrWb, AudioCodec.Amr)]
    [InlineData(AudioCodec.G722, AudioCodec.Opus)]
    [InlineData(AudioCodec.Opus, AudioCodec.Opus)]
    public void PacketsAllocateWhatTheirBudgetAllows(AudioCodec fromCodec, AudioCodec toCodec)
    {
        var (from, to) = (Format(fromCodec), Format(toCodec));
        var packets = Encode(from, Tone.Samples(700, TimeSpan.FromSeconds(2), Rate(from)));
        Connect(from, to);
        var allocated = new List<long>();
        for (var i = 0; i < packets.Count; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Receive(from, packets[i], i, drain: false);
            Now += PacketTime;
            Path.HandleTimeout(Now);
            Queue.Clear();
            allocated.Add(GC.GetAllocatedBytesForCurrentThread() - before);
        }

        // The runtime makes tables and code when it first needs them; what a packet costs shows in most packets.
        var budget = Budgets.PacketAllocations[fromCodec == toCodec ? "relayed" : "transcoded"];
        Assert.InRange(allocated.Count(bytes => bytes > budget), 0, 10);
    }

    /// <summary>Several frames in a packet either way, and more on one side than on the other.</summary>
    [Theory]
    [InlineData(AudioCodec.AmrWb, 40, AudioCodec.Opus, 20)]
    [InlineData(AudioCodec.Opus, 20, AudioCodec.AmrWb, 40)]
    [InlineData(AudioCodec.Opus, 60, AudioCodec.Amr, 40)]
    [InlineData(AudioCodec.Amr, 40, AudioCodec.AmrWb, 60)]
    [InlineData(AudioCodec.AmrWb, 40, AudioCodec.Pcma, 30)]
    public void PacketTimesMayDiffer(AudioCodec fromCodec, int heardMilliseconds, AudioCodec toCodec, int sentMilliseconds)
    {
        var (from, to) = (Format(fromCodec), Format(toCodec));
        var (heardTime, sentTime) = (TimeSpan.FromMilliseconds(heardMilliseconds), TimeSpan.FromMilliseconds(sentMilliseconds));
        Connect(from, to, sentTime);
        var packets = Encode(from, Tone.Samples(700, TimeSpan.FromSeconds(2.4), Rate(from)), heardTime);
        for (var i = 0; i < packets.Count; i++)
        {
            Receive(from, packets[i], i, packetTime: heardTime);
            Run(heardTime);
        }

        Assert.InRange(Sent.Count, 2400 / sentMilliseconds - 2, 2400 / sentMilliseconds);
        var step = (uint)RtpClock.Units(sentTime, to.ClockRate);
        Assert.All(Sent.Zip(Sent.Skip(1)), pair => Assert.Equal(step, pair.Second.Timestamp - pair.First.Timestamp));
        Assert.All(Sent.Zip(Sent.Skip(1)), pair => Assert.InRange(pair.Second.At - pair.First.At, PacketTime / 2, sentTime + heardTime));
        Assert.True(Tone.Heard(Hear(to), 700, 1300, Rate(to)) > TimeSpan.FromSeconds(2));
    }

    private static short[] Buzz(int rate) => Buzzes[rate].Value;

    private static short[] MakeBuzz(int rate)
    {
        var samples = new short[rate * 6 / 5];
        for (var harmonic = 1; harmonic * 125 < 3400; harmonic++)
            for (var i = 0; i < samples.Length; i++)
                samples[i] += (short)(3500 / Math.Pow(harmonic, 0.7) * Math.Sin(2 * Math.PI * 125 * harmonic * i / rate + harmonic * harmonic));
        return samples;
    }

    /// <summary>Energy in dB of each third of an octave, the first 0.4 s left out.</summary>
    private static List<double> Spectrum(short[] samples, int rate)
    {
        var bands = new List<double>();
        for (double center = 200; center < 3200; center *= Math.Pow(2, 1.0 / 3))
        {
            var energy = 0.0;
            for (var harmonic = (int)Math.Ceiling(center * 0.89 / 125); harmonic * 125 < center * 1.12; harmonic++)
            {
                var part = samples.AsSpan(rate * 2 / 5, rate * 3 / 5);
                energy += Tone.Share(part, harmonic * 125, rate) * Level(part) * Level(part);
            }

            if (energy > 0) bands.Add(10 * Math.Log10(energy));
        }

        return bands;
    }
}

using Byon.MediaNode.Core.Media;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

/// <summary>Noise as RFC 3389 describes it.</summary>
public sealed class ComfortNoiseTests
{
    private readonly ComfortNoise _noise = new(8_000);

    [Theory]
    [InlineData(30)]
    [InlineData(50)]
    [InlineData(70)]
    public void ItHasTheLevelDescribed(byte level)
    {
        foreach (var payload in (byte[][])[[level], [level, 40, 150, 127], [level, 220, 127, 90, 130, 140, 127, 127]])
        {
            _noise.Take(payload);
            Assert.InRange(Level(Filled()) + level, -2, 2);
        }
    }

    [Theory]
    [InlineData(20, true)]
    [InlineData(234, false)]
    public void ItsSpectrumFollowsTheCoefficients(byte first, bool isLow)
    {
        _noise.Take([40, first]);
        var samples = Filled();
        var (low, high) = (Band(samples, 200, 1_000), Band(samples, 3_000, 3_800));
        Assert.True(isLow ? low > 10 * high : high > 10 * low, $"{low} {high}");
    }

    [Fact]
    public void WhatIsDescribedSoundsLikeWhatItWas()
    {
        var (random, meant, last) = (new Random(3), new short[16_000], 0.0);
        foreach (ref var sample in meant.AsSpan()) sample = (short)(last = last * 0.8 + random.Next(-100, 100));
        var payload = new byte[ComfortNoise.MaximumSize];
        Assert.Equal(payload.Length, new ComfortNoise(8_000).Describe(meant, payload));
        _noise.Take(payload);
        Assert.InRange(Level(Filled()) - Level(meant), -2, 2);
        Assert.InRange(10 * Math.Log10(Band(Filled(), 200, 1_000) / Band(meant, 200, 1_000)), -3, 3);
        Assert.InRange(10 * Math.Log10(Band(Filled(), 3_000, 3_800) / Band(meant, 3_000, 3_800)), -3, 3);
    }

    [Fact]
    public void AnyDescriptionIsNoise()
    {
        var random = new Random(8);
        for (var i = 0; i < 1_000; i++)
        {
            var payload = new byte[random.Next(40)];
            random.NextBytes(payload);
            _noise.Take(payload);
            var samples = new short[160];
            _noise.Fill(samples);
            Assert.InRange(Level(samples), double.NegativeInfinity, -5);
        }
    }

    private short[] Filled()
    {
        var samples = new short[16_000];
        _noise.Fill(samples);
        return samples;
    }

    /// <summary>In dBov.</summary>
    private static double Level(short[] samples) =>
        10 * Math.Log10(samples.Average(sample => (double)sample * sample) / (32767.0 * 32767 / 2));

    private static double Band(short[] samples, int from, int to)
    {
        var sum = 0.0;
        for (var hertz = from; hertz <= to; hertz += 20) sum += Tone.Share(samples.AsSpan(0, 8_000), hertz, 8_000);
        return sum;
    }
}

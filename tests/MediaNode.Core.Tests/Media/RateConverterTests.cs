using Byon.MediaNode.Core.Media;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

public sealed class RateConverterTests
{
    [Theory]
    [InlineData(8000, 16000)]
    [InlineData(16000, 8000)]
    public void AToneStaysTheSameToneAtTheSameLevel(int from, int to)
    {
        foreach (double hertz in (double[])[300, 1000, 3000])
        {
            var converted = Convert(Tone.Samples(hertz, TimeSpan.FromSeconds(1), from), from, to);
            Assert.Equal(to, converted.Length);
            Assert.True(Tone.Share(converted.AsSpan(200), hertz, to) > 0.9999, $"{hertz} Hz");
            Assert.InRange(Level(converted.AsSpan(200)), 0.97 * Level(Tone.Samples(hertz, TimeSpan.FromSeconds(1), to)), 1.03 * Level(Tone.Samples(hertz, TimeSpan.FromSeconds(1), to)));
        }
    }

    [Fact]
    public void WhatTheLowerRateCannotCarryIsGoneAndDoesNotFoldBack()
    {
        var converted = Convert(Tone.Samples(5500, TimeSpan.FromSeconds(1), 16000), 16000, 8000);
        Assert.True(Level(converted.AsSpan(100)) < 20, $"level {Level(converted.AsSpan(100))}");
    }

    [Fact]
    public void ALoudSampleDoesNotWrapAround()
    {
        var square = Enumerable.Range(0, 1600).Select(i => i / 40 % 2 == 0 ? short.MaxValue : short.MinValue).ToArray();
        var converted = Convert(square, 8000, 16000);
        for (var i = 200; i < 3000; i++)
        {
            if ((i - 32) / 2 % 40 is > 8 and < 32) Assert.Equal(Math.Sign(square[(i - 32) / 2]), Math.Sign(converted[i]));
        }
    }

    [Fact]
    public void OtherRatiosAreABug() => Assert.Throws<ArgumentOutOfRangeException>(() => new RateConverter(8000, 48000));

    /// <summary>In pieces of odd sizes, as they come when packets differ.</summary>
    private static short[] Convert(short[] samples, int from, int to)
    {
        var (converter, output, converted) = (new RateConverter(from, to), new short[2000], new List<short>());
        for (var (at, piece) = (0, 160); at < samples.Length; at += piece, piece = piece == 160 ? 730 : 160)
        {
            piece = Math.Min(piece, samples.Length - at);
            converter.Convert(samples.AsSpan(at, piece), output);
            converted.AddRange(output[..converter.Length(piece)]);
        }

        return [.. converted];
    }

    private static double Level(ReadOnlySpan<short> samples)
    {
        var sum = 0.0;
        foreach (var sample in samples) sum += (double)sample * sample;
        return Math.Sqrt(sum / samples.Length);
    }
}

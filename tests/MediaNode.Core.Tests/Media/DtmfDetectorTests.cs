using Byon.MediaNode.Core.Media;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

public sealed class DtmfDetectorTests
{
    [Theory]
    [InlineData(8000)]
    [InlineData(16000)]
    public void EveryKeyIsFoundOnceForEachPress(int rate)
    {
        foreach (var key in "0123456789*#ABCD")
            Assert.Equal([key, key], Hear(rate, [.. Press(key, 60, rate), .. new short[rate / 20], .. Press(key, 200, rate)]));
    }

    [Fact]
    public void AQuietOrNoisyKeyIsStillFound()
    {
        var random = new Random(1);
        var key = Press('5', 100, 8000).Select(sample => (short)(sample / 20 + random.Next(-60, 60))).ToArray();
        Assert.Equal(['5'], Hear(8000, key));
    }

    [Fact]
    public void SingleTonesNoiseAndShortBeepsAreNoKeys()
    {
        var random = new Random(2);
        Assert.Empty(Hear(8000, Tone.Samples(697, TimeSpan.FromSeconds(1), 8000)));
        Assert.Empty(Hear(8000, [.. Enumerable.Range(0, 80_000).Select(_ => (short)random.Next(-8000, 8000))]));
        Assert.Empty(Hear(8000, Press('1', 15, 8000)));
        Assert.Empty(Hear(8000, new short[8000]));
    }

    private static List<char> Hear(int rate, short[] samples)
    {
        var (detector, keys) = (new DtmfDetector(rate), new List<char>());
        for (var at = 0; at < samples.Length; at += 160)
            if (detector.Hear(samples.AsSpan(at, Math.Min(160, samples.Length - at))) is { } key) keys.Add(key);
        return keys;
    }

    private static short[] Press(char key, int milliseconds, int rate)
    {
        var (tone, samples) = (new DtmfTone(), new short[rate * milliseconds / 1000]);
        tone.Start(key);
        tone.Fill(samples, rate);
        return samples;
    }
}

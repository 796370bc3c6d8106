using Byon.MediaNode.Core.Media;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Native;

/// <summary>Pauses in one codec, as the far side hears them in another.</summary>
public sealed class CodecPauseTests : CodecPathRig
{
    [Theory]
    [InlineData(AudioCodec.AmrWb)]
    [InlineData(AudioCodec.Amr)]
    public void APauseOfTheNetworkIsHeardAsQuietNoiseWithoutAGap(AudioCodec codec)
    {
        var from = Format(codec);
        Speak(from, Format(AudioCodec.L16), [.. Tone.Samples(700, TimeSpan.FromSeconds(1), Rate(from)), .. Noise(Rate(from) * 2), .. Tone.Samples(700, TimeSpan.FromSeconds(1), Rate(from))]);

        Assert.InRange(Sent.Count, 190, 202);
        Assert.Equal(1, Sent.Count(s => s.Marker));
        var heard = Hear(Format(AudioCodec.L16));
        Assert.InRange(Level(heard.AsSpan(30_000, 12_000)), 2, 200);
        Assert.True(Tone.Heard(heard, 700, 1300, 16_000) > TimeSpan.FromSeconds(1.6));
    }

    [Theory]
    [InlineData(AudioCodec.AmrWb, AudioCodec.Amr)]
    [InlineData(AudioCodec.Amr, AudioCodec.AmrWb)]
    public void APauseStaysAPauseInTheFarCodec(AudioCodec fromCodec, AudioCodec toCodec)
    {
        var (from, to) = (Format(fromCodec), Format(toCodec));
        Speak(from, to, [.. Tone.Samples(700, TimeSpan.FromSeconds(1), Rate(from)), .. Noise(Rate(from) * 3), .. Tone.Samples(700, TimeSpan.FromSeconds(1), Rate(from))]);
        Assert.InRange(Sent.Count, 100, 170);
        Assert.Equal(2, Sent.Count(s => s.Marker));
    }

    [Fact]
    public void APauseReachesG711AsComfortNoise()
    {
        var from = Format(AudioCodec.AmrWb);
        ComfortNoise = 13;
        Speak(from, Format(AudioCodec.Pcma), [.. Tone.Samples(700, TimeSpan.FromSeconds(1), Rate(from)), .. Noise(Rate(from) * 2), .. Tone.Samples(700, TimeSpan.FromSeconds(1), Rate(from))]);
        var noise = Sent.FindAll(s => s.Type == 13);
        Assert.InRange(noise.Count, 7, 11);
        Assert.All(noise, s => Assert.InRange(Assert.Single(s.Payload), 45, 80));
        Assert.Equal(2, Sent.Count(s => s.Marker));
    }
}

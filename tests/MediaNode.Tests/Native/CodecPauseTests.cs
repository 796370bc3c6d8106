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
        Assert.All(noise, s => Assert.InRange(s.Payload[0], 45, 80));
        Assert.Equal(2, Sent.Count(s => s.Marker));
    }

    /// <summary>Discontinuous transmission of Opus and of AMR, each in terms of the other: the pause keeps its level, and costs few packets.</summary>
    [Theory]
    [InlineData(AudioCodec.Opus, AudioCodec.AmrWb)]
    [InlineData(AudioCodec.AmrWb, AudioCodec.Opus)]
    [InlineData(AudioCodec.Opus, AudioCodec.Amr)]
    [InlineData(AudioCodec.Amr, AudioCodec.Opus)]
    public void ThePauseOfOneCodecIsAPauseOfTheOtherAtItsLevel(AudioCodec fromCodec, AudioCodec toCodec)
    {
        var (from, to) = (WithPauses(Format(fromCodec)), WithPauses(Format(toCodec)));
        short[] tone = Tone.Samples(700, TimeSpan.FromSeconds(1), Rate(from)), noise = Noise(Rate(from) * 4);
        Speak(from, to, [.. tone, .. noise, .. tone]);

        Assert.InRange(Sent.Count, 102, 200);
        var heard = HearInTime(to);
        Assert.True(Tone.Heard(heard, 700, 1300, Rate(to)) > TimeSpan.FromSeconds(1.6));

        // Where neither codec sends anything, the decoder of the far side fills in; what counts is what it is told.
        var told = Sent.FindAll(s => (s.Timestamp - Sent[0].Timestamp) / (double)to.ClockRate is > 2 and < 4.8);
        Assert.InRange(told.Count, 4, 60);
        Assert.InRange(Level(Decoded(to, told)), Level(noise) / 8, Level(noise) * 4);
    }

    private static AudioFormat WithPauses(AudioFormat format) => format.Codec == AudioCodec.Opus ? format with { Parameters = "usedtx=1" } : format;

    private short[] Decoded(AudioFormat format, List<Told> packets)
    {
        using var decoder = Codecs.CreateDecoder(format, Rate(format));
        var (heard, samples) = (new List<short>(), new short[1000]);
        foreach (var packet in packets) heard.AddRange(samples[..decoder.Decode(packet.Payload, samples)]);
        return [.. heard];
    }
}

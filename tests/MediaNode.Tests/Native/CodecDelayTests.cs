using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;

namespace Byon.Tests.MediaNode.Tests.Native;

/// <summary>
/// What transcoding adds to the delay where packets arrive in time: what the codecs look ahead, and nothing else. A burst of tone
/// each second, whose onset is found in what is sent.
/// </summary>
public sealed class CodecDelayTests : CodecPathRig
{
    private const int Bursts = 5;
    private const int Threshold = 2_000;

    /// <summary>In ms: Opus looks ahead 6.5 and loses 0.1 to 0.5 to its filters, AMR-WB 5 of encoding and 1 to 13 of filters, G.722 1.4, each half-band filter 2.</summary>
    [Theory]
    [InlineData(AudioCodec.Opus, AudioCodec.Pcmu, 7)]
    [InlineData(AudioCodec.Pcmu, AudioCodec.Opus, 7)]
    [InlineData(AudioCodec.Opus, AudioCodec.AmrWb, 14)]
    [InlineData(AudioCodec.AmrWb, AudioCodec.Opus, 19)]
    [InlineData(AudioCodec.Opus, AudioCodec.Amr, 14)]
    [InlineData(AudioCodec.Amr, AudioCodec.Opus, 19)]
    [InlineData(AudioCodec.Opus, AudioCodec.G722, 9)]
    [InlineData(AudioCodec.Pcma, AudioCodec.Pcmu, 0.2)]
    public void ItIsThatOfTheCodecs(AudioCodec fromCodec, AudioCodec toCodec, double milliseconds)
    {
        var (from, to) = (Format(fromCodec), Format(toCodec));
        var started = Now;
        Speak(from, to, Probe(Rate(from)));
        var onsets = Onsets(to);
        Assert.Equal(Bursts, onsets.Count);
        for (var i = 0; i < Bursts; i++)
            Assert.InRange((onsets[i] - started - TimeSpan.FromSeconds(i)).TotalMilliseconds, 0, milliseconds);
    }

    private static short[] Probe(int rate)
    {
        var samples = new short[rate * Bursts];
        for (var i = 0; i < samples.Length; i++)
            samples[i] = (short)(i % rate < rate / 5 ? 12_000 * Math.Sin(2 * Math.PI * 1000 * i / rate) : 0);
        return samples;
    }

    private List<Instant> Onsets(AudioFormat format)
    {
        var (onsets, samples, loud) = (new List<Instant>(), new short[1000], default(Instant));
        using var decoder = Codecs.CreateDecoder(format, Rate(format));
        foreach (var packet in Sent)
        {
            var count = decoder.Decode(packet.Payload, samples);
            for (var i = 0; i < count; i++)
            {
                if (Math.Abs((int)samples[i]) < Threshold) continue;
                var at = packet.At + TimeSpan.FromSeconds((double)i / Rate(format));
                if (at - loud > TimeSpan.FromMilliseconds(300)) onsets.Add(at);
                loud = at;
            }
        }

        return onsets;
    }
}

using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Native;
using Byon.Tests.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Byon.Tests.MediaNode.Tests.Native;

public sealed class OpusCodecTests
{
    private const double Hertz = 500;
    private const double OtherHertz = 1000;

    private static readonly AudioFormat Opus = new(AudioCodec.Opus, 111, 48000, "useinbandfec=1");

    private readonly NativeCodecs _codecs = new(NullLogger.Instance);

    [Theory]
    [InlineData(8000)]
    [InlineData(16000)]
    public void AToneSurvivesTheRoundTrip(int sampleRate)
    {
        var heard = RoundTrip(sampleRate, lost: _ => false);
        Assert.True(Tone.Heard(heard, Hertz, OtherHertz, sampleRate) > TimeSpan.FromSeconds(1.8));
    }

    [Fact]
    public void ALostPacketIsRestoredFromTheNextOneOrConcealed()
    {
        var heard = RoundTrip(8000, lost: i => i % 10 == 9);
        Assert.True(Tone.Heard(heard, Hertz, OtherHertz, 8000) > TimeSpan.FromSeconds(1.7));
    }

    [Fact]
    public void APeerThatWantsPausesIsSentLittleInSilence()
    {
        var samples = new short[16_000 * 3];
        var continuous = Encode(Opus, samples);
        var pauses = Encode(Opus with { Parameters = "usedtx=1" }, samples);
        Assert.Equal(150, continuous.Count(length => length > 0));
        Assert.InRange(pauses.Count(length => length > 0), 5, 30);
    }

    [Fact]
    public void TheBitRateStaysWithinWhatThePeerAllows()
    {
        var random = new Random(3);
        short[] noise = [.. Enumerable.Range(0, 16_000 * 3).Select(_ => (short)random.Next(-8000, 8000))];
        Assert.InRange(Encode(Opus, noise).Sum() * 8 / 3, 18_000, 30_000);
        Assert.InRange(Encode(Opus with { Parameters = "maxaveragebitrate=10000" }, noise).Sum() * 8 / 3, 7_000, 13_000);
    }

    [Fact]
    public unsafe void BothChannelsOfAStereoSourceAreHeard()
    {
        using var encoder = OpusLibrary.CreateEncoder(48_000, 2, OpusLibrary.ApplicationVoip, out var error);
        Assert.Equal(0, error);
        using var decoder = _codecs.CreateDecoder(Opus, 16_000);
        var (left, right) = (Tone.Samples(Hertz, TimeSpan.FromSeconds(1), 48_000, 0.4), Tone.Samples(OtherHertz, TimeSpan.FromSeconds(1), 48_000, 0.4));
        var (both, payload, samples, heard) = (new short[960 * 2], new byte[1280], new short[1000], new List<short>());
        for (var at = 0; at + 960 <= left.Length; at += 960)
        {
            for (var i = 0; i < 960; i++) (both[i * 2], both[i * 2 + 1]) = (left[at + i], right[at + i]);
            int length;
            fixed (short* pcm = both)
            fixed (byte* data = payload)
                length = OpusLibrary.Encode(encoder.DangerousGetHandle(), pcm, 960, data, payload.Length);
            Assert.Equal(320, decoder.Decode(payload.AsSpan(0, length), samples));
            heard.AddRange(samples[..320]);
        }

        var part = heard.ToArray().AsSpan(4_000);
        Assert.InRange(Tone.Share(part, Hertz, 16_000), 0.3, 0.7);
        Assert.InRange(Tone.Share(part, OtherHertz, 16_000), 0.3, 0.7);
    }

    private List<int> Encode(AudioFormat format, short[] samples)
    {
        using var encoder = _codecs.CreateEncoder(format, 16_000);
        encoder.SetComplexity(5);
        var (lengths, payload) = (new List<int>(), new byte[1280]);
        for (var at = 0; at < samples.Length; at += 320) lengths.Add(encoder.Encode(samples.AsSpan(at, 320), payload));
        return lengths;
    }

    [Fact]
    public void AStreamMadeAtOneRateIsDecodedStraightAtAnother()
    {
        using var encoder = _codecs.CreateEncoder(Opus, 16000);
        using var decoder = _codecs.CreateDecoder(Opus, 8000);
        var tone = Tone.Samples(Hertz, TimeSpan.FromSeconds(1), 16000);
        var heard = new List<short>();
        var (payload, samples) = (new byte[1280], new short[960]);
        for (var at = 0; at < tone.Length; at += 320)
        {
            var length = encoder.Encode(tone.AsSpan(at, 320), payload);
            Assert.Equal(160, decoder.Decode(payload.AsSpan(0, length), samples));
            heard.AddRange(samples[..160]);
        }

        Assert.True(Tone.Heard(heard.ToArray(), Hertz, OtherHertz, 8000) > TimeSpan.FromSeconds(0.8));
    }

    [Fact]
    public void GarbageIsNoAudioAndDoesNoHarm()
    {
        using var decoder = _codecs.CreateDecoder(Opus, 8000);
        var random = new Random(4);
        var samples = new short[960];
        Assert.Equal(0, decoder.Decode([], samples));
        for (var i = 0; i < 2000; i++)
        {
            var payload = new byte[random.Next(1, 1280)];
            random.NextBytes(payload);
            Assert.InRange(decoder.Decode(payload, samples), 0, samples.Length);
            decoder.Conceal(payload, samples.AsSpan(0, random.Next(0, 961)));
        }
    }

    [Fact]
    public void NothingIsAllocatedPerPacket()
    {
        using var encoder = _codecs.CreateEncoder(Opus, 8000);
        using var decoder = _codecs.CreateDecoder(Opus, 8000);
        var tone = Tone.Samples(Hertz, TimeSpan.FromMilliseconds(20), 8000);
        var (payload, samples) = (new byte[1280], new short[960]);
        decoder.Decode(payload.AsSpan(0, encoder.Encode(tone, payload)), samples);
        decoder.Conceal(default, samples.AsSpan(0, 160));

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            decoder.Decode(payload.AsSpan(0, encoder.Encode(tone, payload)), samples);
            decoder.Conceal(default, samples.AsSpan(0, 160));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private short[] RoundTrip(int sampleRate, Func<int, bool> lost)
    {
        using var encoder = _codecs.CreateEncoder(Opus, sampleRate);
        encoder.ExpectLoss(10, takesTwo: false);
        using var decoder = _codecs.CreateDecoder(Opus, sampleRate);
        var frame = sampleRate / 50;
        var tone = Tone.Samples(Hertz, TimeSpan.FromSeconds(2), sampleRate);
        var packets = new List<byte[]>();
        for (var at = 0; at < tone.Length; at += frame)
        {
            var payload = new byte[1280];
            packets.Add(payload[..encoder.Encode(tone.AsSpan(at, frame), payload)]);
        }

        var heard = new List<short>();
        var samples = new short[frame * 6];
        for (var i = 0; i < packets.Count; i++)
        {
            if (lost(i)) decoder.Conceal(i + 1 < packets.Count ? packets[i + 1] : default(ReadOnlySpan<byte>), samples.AsSpan(0, frame));
            else Assert.Equal(frame, decoder.Decode(packets[i], samples));
            heard.AddRange(samples[..frame]);
        }

        return [.. heard];
    }
}

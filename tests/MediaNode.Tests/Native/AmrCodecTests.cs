using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Amr;
using Byon.MediaNode.Native;
using Byon.Tests.TestKit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Byon.Tests.MediaNode.Tests.Native;

public sealed class AmrCodecTests
{
    private const double Hertz = 500;
    private const double OtherHertz = 1000;

    private readonly NativeCodecs _codecs = new(NullLogger.Instance);

    public static TheoryData<AudioCodec, int> Modes()
    {
        var modes = new TheoryData<AudioCodec, int>();
        foreach (var codec in (AudioCodec[])[AudioCodec.Amr, AudioCodec.AmrWb])
            for (var mode = 0; mode <= AmrFrames.HighestMode(codec); mode++) modes.Add(codec, mode);
        return modes;
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public void AToneSurvivesEveryModeInBothFramings(AudioCodec codec, int mode)
    {
        foreach (var octetAligned in (bool[])[false, true])
        {
            var format = Format(codec, octetAligned, $"mode-set={mode}");
            var packets = Encode(format, Tone.Samples(Hertz, TimeSpan.FromSeconds(1), SampleRate(codec)));
            Assert.All(packets, packet => Assert.Equal(mode, FrameTypes(format, packet).Single()));
            Assert.True(Tone.Heard(Decode(format, packets), Hertz, OtherHertz, SampleRate(codec)) > TimeSpan.FromSeconds(0.8));
        }
    }

    [Theory]
    [InlineData(AudioCodec.Amr)]
    [InlineData(AudioCodec.AmrWb)]
    public void SeveralFramesShareAPacket(AudioCodec codec)
    {
        var format = Format(codec, false);
        var packets = Encode(format, Tone.Samples(Hertz, TimeSpan.FromSeconds(1.2), SampleRate(codec)), framesPerPacket: 3);
        Assert.Equal(20, packets.Count);
        Assert.All(packets, packet => Assert.Equal(3, FrameTypes(format, packet).Count));
        Assert.True(Tone.Heard(Decode(format, packets), Hertz, OtherHertz, SampleRate(codec)) > TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData(AudioCodec.Amr)]
    [InlineData(AudioCodec.AmrWb)]
    public void SilenceIsDescribedNowAndThenAndHeardAsQuietNoise(AudioCodec codec)
    {
        var format = Format(codec, false);
        var random = new Random(1);
        var noise = new short[SampleRate(codec) * 2];
        foreach (ref var sample in noise.AsSpan()) sample = (short)random.Next(-40, 40);
        var packets = Encode(format, [.. Tone.Samples(Hertz, TimeSpan.FromMilliseconds(400), SampleRate(codec)), .. noise]);

        var pause = packets[70..];
        Assert.InRange(pause.Count(packet => packet.Length > 0), 4, 10);
        Assert.All(pause.Where(packet => packet.Length > 0), packet => Assert.True(AmrFrames.IsSilence(codec, FrameTypes(format, packet).Single())));

        var heard = Decode(format, packets);
        Assert.InRange(Level(heard.AsSpan(70 * SampleRate(codec) / 50)), 2, 120);
    }

    [Theory]
    [InlineData(AudioCodec.Amr)]
    [InlineData(AudioCodec.AmrWb)]
    public void AMissingPacketIsConcealed(AudioCodec codec)
    {
        var format = Format(codec, false);
        var packets = Encode(format, Tone.Samples(Hertz, TimeSpan.FromSeconds(2), SampleRate(codec)));
        for (var i = 9; i < packets.Count; i += 10) packets[i] = [];
        Assert.True(Tone.Heard(Decode(format, packets), Hertz, OtherHertz, SampleRate(codec)) > TimeSpan.FromSeconds(1.5));
    }

    [Theory]
    [InlineData(AudioCodec.Amr, 3)]
    [InlineData(AudioCodec.AmrWb, 8)]
    public void TheModeFollowsThePeersRequest(AudioCodec codec, int mode)
    {
        var format = Format(codec, true);
        using var encoder = _codecs.CreateEncoder(format, SampleRate(codec));
        using var decoder = _codecs.CreateDecoder(format, SampleRate(codec));
        var (samples, payload) = (Tone.Samples(Hertz, TimeSpan.FromMilliseconds(20), SampleRate(codec)), new byte[200]);
        Assert.Null(decoder.RequestedMode);
        decoder.Decode([(byte)(mode << 4), AmrFrames.Header(AmrFrames.NoData)], new short[320]);
        Assert.Equal(mode, decoder.RequestedMode);
        encoder.Request(decoder.RequestedMode);
        Assert.Equal([mode], FrameTypes(format, payload[..encoder.Encode(samples, payload)]));
    }

    [Theory]
    [InlineData(AudioCodec.Amr)]
    [InlineData(AudioCodec.AmrWb)]
    public void GarbageIsNoAudioAndDoesNoHarm(AudioCodec codec)
    {
        using var decoder = _codecs.CreateDecoder(Format(codec, false), SampleRate(codec));
        var random = new Random(4);
        var samples = new short[16_000 * 240 / 1000];
        Assert.Equal(0, decoder.Decode([], samples));
        for (var i = 0; i < 500; i++)
        {
            // A valid frame of each type with nothing but noise in it, and now and then one of several.
            var type = random.Next(16);
            var bits = Math.Max(AmrFrames.Bits(codec, type), 0);
            var payload = new byte[(4 + 6 + bits + 7) / 8];
            random.NextBytes(payload);
            payload[0] = (byte)(payload[0] & 0xF0 | type >> 1 & 0x07);
            payload[1] = (byte)(payload[1] & 0x7F | (type & 1) << 7);
            Assert.InRange(decoder.Decode(payload, samples), 0, samples.Length);
            decoder.Conceal(payload, samples.AsSpan(0, random.Next(0, 961)));
        }
    }

    [Theory]
    [InlineData(AudioCodec.Amr)]
    [InlineData(AudioCodec.AmrWb)]
    public void NothingIsAllocatedPerPacket(AudioCodec codec)
    {
        using var encoder = _codecs.CreateEncoder(Format(codec, false), SampleRate(codec));
        using var decoder = _codecs.CreateDecoder(Format(codec, false), SampleRate(codec));
        var tone = Tone.Samples(Hertz, TimeSpan.FromMilliseconds(20), SampleRate(codec));
        var (payload, samples) = (new byte[200], new short[320]);
        long before = 0;
        for (var i = 0; i < 101; i++)
        {
            if (i == 1) before = GC.GetAllocatedBytesForCurrentThread();
            decoder.Decode(payload.AsSpan(0, encoder.Encode(tone, payload)), samples);
            decoder.Conceal(default, samples);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void AllCodecsAreOfferedWhereTheirLibrariesAre() => Assert.Equal([.. CodecPolicy.Network, AudioCodec.L16], _codecs.Codecs);

    [Theory]
    [InlineData("libvo-amrwbenc", AudioCodec.AmrWb)]
    [InlineData("libopencore-amrwb", AudioCodec.AmrWb)]
    [InlineData("libopencore-amrnb", AudioCodec.Amr)]
    [InlineData("libopus", AudioCodec.Opus)]
    public void AMissingLibraryTakesItsCodecOutWithOneWarning(string library, AudioCodec gone)
    {
        var log = new Warnings();
        var codecs = new NativeCodecs(log, (name, function) => name.StartsWith(library, StringComparison.Ordinal) ? null : CodecLibrary.Load(name, function));
        Assert.Equal([.. CodecPolicy.Network.Where(codec => codec != gone), AudioCodec.L16], codecs.Codecs);
        Assert.Contains(library, Assert.Single(log.Messages), StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutAnyLibraryTheCodecsOfOurOwnRemain()
    {
        var log = new Warnings();
        Assert.Equal([AudioCodec.G722, AudioCodec.Pcma, AudioCodec.Pcmu, AudioCodec.L16], new NativeCodecs(log, (_, _) => null).Codecs);
        Assert.Single(log.Messages);
    }

    private static int SampleRate(AudioCodec codec) => AmrFrames.SamplesPerFrame(codec) * 50;

    private static AudioFormat Format(AudioCodec codec, bool octetAligned, string parameters = "max-red=0") =>
        new(codec, 104, SampleRate(codec), octetAligned ? "octet-align=1;" + parameters : parameters);

    private List<byte[]> Encode(AudioFormat format, short[] samples, int framesPerPacket = 1)
    {
        using var encoder = _codecs.CreateEncoder(format, SampleRate(format.Codec));
        var frame = AmrFrames.SamplesPerFrame(format.Codec) * framesPerPacket;
        var packets = new List<byte[]>();
        var payload = new byte[1000];
        for (var at = 0; at < samples.Length; at += frame) packets.Add(payload[..encoder.Encode(samples.AsSpan(at, frame), payload)]);
        return packets;
    }

    private short[] Decode(AudioFormat format, List<byte[]> packets)
    {
        using var decoder = _codecs.CreateDecoder(format, SampleRate(format.Codec));
        var heard = new List<short>();
        var samples = new short[4000];
        foreach (var packet in packets)
        {
            var count = packet.Length == 0 ? AmrFrames.SamplesPerFrame(format.Codec) : decoder.Decode(packet, samples);
            if (packet.Length == 0) decoder.Conceal(default, samples.AsSpan(0, count));
            heard.AddRange(samples[..count]);
        }

        return [.. heard];
    }

    private static List<int> FrameTypes(AudioFormat format, byte[] packet)
    {
        Assert.True(AmrPayloadReader.TryParse(packet, format.Codec, format.Parameters!.Contains("octet-align=1", StringComparison.Ordinal), out var reader));
        var types = new List<int>();
        var frame = new byte[AmrFrames.MaximumSize];
        while (reader.TryRead(frame, out _)) types.Add(AmrFrames.Type(frame[0]));
        return types;
    }

    private static double Level(ReadOnlySpan<short> samples)
    {
        var sum = 0.0;
        foreach (var sample in samples) sum += (double)sample * sample;
        return Math.Sqrt(sum / samples.Length);
    }

    private sealed class Warnings : ILogger
    {
        public List<string> Messages { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Messages.Add(formatter(state, exception));
    }
}

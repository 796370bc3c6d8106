using System.Net;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Amr;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.MediaNode.Native;
using Byon.Tests.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Byon.Tests.MediaNode.Tests.Native;

/// <summary>Audio from one leg to the other, in virtual time, for every pair of codecs.</summary>
public sealed class CodecPairTests : IDisposable
{
    private static readonly TimeSpan PacketTime = TimeSpan.FromMilliseconds(20);

    private static readonly AudioFormat[] Formats =
    [
        new(AudioCodec.Opus, 111, 48_000), new(AudioCodec.AmrWb, 104, 16_000), new(AudioCodec.G722, 9, 8_000),
        new(AudioCodec.Amr, 102, 8_000, "octet-align=1"), new(AudioCodec.Pcma, 8, 8_000), new(AudioCodec.Pcmu, 0, 8_000), new(AudioCodec.L16, 106, 16_000),
    ];

    private static readonly Dictionary<int, Lazy<short[]>> Buzzes = new() { [8_000] = new(() => MakeBuzz(8_000)), [16_000] = new(() => MakeBuzz(16_000)) };

    private static readonly Dictionary<int, Lazy<List<double>>> Meant = new()
    {
        [8_000] = new(() => Spectrum(Buzz(8_000), 8_000)),
        [16_000] = new(() => Spectrum(Buzz(16_000), 16_000)),
    };

    private readonly NativeCodecs _codecs = new(NullLogger.Instance);
    private readonly MediaTransmitQueue _queue = new(64);
    private readonly ImsLeg _leg;
    private readonly AudioPath _path;
    private readonly List<(uint Timestamp, bool Marker, byte Type, byte[] Payload)> _sent = [];
    private Instant _now = new(TimeSpan.TicksPerDay);

    public CodecPairTests()
    {
        _leg = new ImsLeg(_queue, new EntropySource(new byte[32]), 1, 2);
        _path = new AudioPath(_codecs, _leg.Output);
    }

    public static TheoryData<AudioCodec, AudioCodec> Pairs()
    {
        var pairs = new TheoryData<AudioCodec, AudioCodec>();
        foreach (var from in Formats)
            foreach (var to in Formats) pairs.Add(from.Codec, to.Codec);
        return pairs;
    }

    public void Dispose() => _path.Dispose();

    [Theory]
    [MemberData(nameof(Pairs))]
    public void TheToneIsHeardOnceAndInStep(AudioCodec fromCodec, AudioCodec toCodec)
    {
        var (from, to) = (Format(fromCodec), Format(toCodec));
        Speak(from, to, Tone.Samples(700, TimeSpan.FromSeconds(1), Rate(from)));

        Assert.InRange(_sent.Count, 47, 51);
        var step = (uint)RtpClock.Units(PacketTime, to.ClockRate);
        Assert.All(_sent.Zip(_sent.Skip(1)), pair => Assert.Equal(step, pair.Second.Timestamp - pair.First.Timestamp));
        Assert.Equal([true, .. Enumerable.Repeat(false, _sent.Count - 1)], _sent.ConvertAll(s => s.Marker));
        Assert.All(_sent, s => Assert.Equal(to.PayloadType, s.Type));
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
            _now += PacketTime;
            _path.HandleTimeout(_now);
            _queue.Clear();
            allocated.Add(GC.GetAllocatedBytesForCurrentThread() - before);
        }

        // The runtime makes tables and code when it first needs them; what a packet costs shows in most packets.
        var budget = Budgets.PacketAllocations[fromCodec == toCodec ? "relayed" : "transcoded"];
        Assert.InRange(allocated.Count(bytes => bytes > budget), 0, 10);
    }

    [Theory]
    [InlineData(AudioCodec.AmrWb)]
    [InlineData(AudioCodec.Amr)]
    public void APauseOfTheNetworkIsHeardAsQuietNoiseWithoutAGap(AudioCodec codec)
    {
        var from = Format(codec);
        Speak(from, Format(AudioCodec.L16), [.. Tone.Samples(700, TimeSpan.FromSeconds(1), Rate(from)), .. Noise(Rate(from) * 2), .. Tone.Samples(700, TimeSpan.FromSeconds(1), Rate(from))]);

        Assert.InRange(_sent.Count, 190, 202);
        Assert.Equal(1, _sent.Count(s => s.Marker));
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
        Assert.InRange(_sent.Count, 100, 170);
        Assert.Equal(2, _sent.Count(s => s.Marker));
    }

    [Theory]
    [InlineData(AudioCodec.AmrWb)]
    [InlineData(AudioCodec.Amr)]
    public void FramesThatAreSentTwiceAreHeardOnce(AudioCodec codec)
    {
        var from = Format(codec);
        var packets = Encode(from, Tone.Samples(700, TimeSpan.FromSeconds(2), Rate(from)));
        Connect(from, Format(AudioCodec.L16));
        for (var i = 1; i < packets.Count; i++)
        {
            Receive(from, Join(from, packets[i - 1], packets[i]), i);
            Run(PacketTime);
        }

        Run(PacketTime * 10);
        Assert.InRange(_sent.Count, 95, 108);
        Assert.True(Tone.Heard(Hear(Format(AudioCodec.L16)), 700, 1300, 16_000) > TimeSpan.FromSeconds(1.7));
    }

    /// <summary>One payload with the frames of two.</summary>
    private static byte[] Join(AudioFormat format, byte[] first, byte[] second)
    {
        var (frames, frame, used) = (new byte[200], new byte[AmrFrames.MaximumSize], 0);
        var octetAligned = format.Parameters is not null;
        foreach (var payload in (byte[][])[first, second])
        {
            Assert.True(AmrPayloadReader.TryParse(payload, format.Codec, octetAligned, out var reader));
            Assert.True(reader.TryRead(frame, out var length));
            frame.AsSpan(0, length).CopyTo(frames.AsSpan(used));
            used += length;
        }

        var joined = new byte[200];
        return joined[..AmrPayloadWriter.Write(format.Codec, octetAligned, AmrFrames.NoRequest, frames.AsSpan(0, used), joined)];
    }

    [Fact]
    public void APauseReachesG711AsComfortNoise()
    {
        var from = Format(AudioCodec.AmrWb);
        _noise = 13;
        Speak(from, Format(AudioCodec.Pcma), [.. Tone.Samples(700, TimeSpan.FromSeconds(1), Rate(from)), .. Noise(Rate(from) * 2), .. Tone.Samples(700, TimeSpan.FromSeconds(1), Rate(from))]);
        var noise = _sent.FindAll(s => s.Type == 13);
        Assert.InRange(noise.Count, 7, 11);
        Assert.All(noise, s => Assert.InRange(Assert.Single(s.Payload), 45, 80));
        Assert.Equal(2, _sent.Count(s => s.Marker));
    }

    private byte? _noise;

    private void Speak(AudioFormat from, AudioFormat to, short[] samples)
    {
        Connect(from, to);
        var packets = Encode(from, samples);
        for (var i = 0; i < packets.Count; i++)
        {
            if (packets[i].Length > 0) Receive(from, packets[i], i);
            Run(PacketTime);
        }
    }

    private void Connect(AudioFormat from, AudioFormat to)
    {
        var stream = Stream(to) with { ComfortNoise = _noise };
        _leg.Configure(_now, new ImsLegPlan(new IPEndPoint(IPAddress.Loopback, 4000), new IPEndPoint(IPAddress.Loopback, 4001), false, stream));
        _path.Configure(Stream(from), stream);
    }

    private void Receive(AudioFormat from, byte[] payload, int index, bool drain = true)
    {
        Span<byte> bytes = stackalloc byte[RtpPacket.HeaderSize + payload.Length];
        RtpPacket.WriteHeader(bytes, from.PayloadType, index == 0, (ushort)index, (uint)(RtpClock.Units(PacketTime, from.ClockRate) * index), 5);
        payload.CopyTo(bytes[RtpPacket.HeaderSize..]);
        Assert.True(RtpPacket.TryParse(bytes, out var packet));
        _path.Receive(_now, packet, from);
        if (drain) Drain();
    }

    private void Run(TimeSpan duration)
    {
        var end = _now + duration;
        while (_path.NextTimeout is { } due && due <= end)
        {
            _now = due > _now ? due : _now;
            _path.HandleTimeout(_now);
            Drain();
        }

        _now = end;
    }

    private void Drain()
    {
        for (var i = 0; i < _queue.Count; i++)
        {
            Assert.True(RtpPacket.TryParse(_queue.Memory.AsSpan(_queue[i].Offset, _queue[i].Length), out var packet));
            _sent.Add((packet.Timestamp, packet.Marker, packet.PayloadType, packet.Payload.ToArray()));
        }

        _queue.Clear();
    }

    private List<byte[]> Encode(AudioFormat format, short[] samples)
    {
        using var encoder = _codecs.CreateEncoder(format, Rate(format));
        var (packets, payload, frame) = (new List<byte[]>(), new byte[1280], Rate(format) / 50);
        for (var at = 0; at + frame <= samples.Length; at += frame) packets.Add(payload[..encoder.Encode(samples.AsSpan(at, frame), payload)]);
        return packets;
    }

    private short[] Hear(AudioFormat format)
    {
        using var decoder = _codecs.CreateDecoder(format, Rate(format));
        var (heard, samples) = (new List<short>(), new short[1000]);
        foreach (var packet in _sent) heard.AddRange(samples[..decoder.Decode(packet.Payload, samples)]);
        return [.. heard];
    }

    private static AudioFormat Format(AudioCodec codec) => Formats.Single(format => format.Codec == codec);

    private static AudioStream Stream(AudioFormat format) => new(format, [format], null, PacketTime, MediaDirection.SendReceive);

    private static int Rate(AudioFormat format) => format.Codec is AudioCodec.Amr or AudioCodec.Pcma or AudioCodec.Pcmu ? 8_000 : 16_000;

    private static short[] Buzz(int rate) => Buzzes[rate].Value;

    private static short[] MakeBuzz(int rate)
    {
        var samples = new short[rate * 6 / 5];
        for (var harmonic = 1; harmonic * 125 < 3400; harmonic++)
            for (var i = 0; i < samples.Length; i++)
                samples[i] += (short)(3500 / Math.Pow(harmonic, 0.7) * Math.Sin(2 * Math.PI * 125 * harmonic * i / rate + harmonic * harmonic));
        return samples;
    }

    private static short[] Noise(int count)
    {
        var random = new Random(2);
        return [.. Enumerable.Range(0, count).Select(_ => (short)random.Next(-40, 40))];
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

    private static double Level(ReadOnlySpan<short> samples)
    {
        var sum = 0.0;
        foreach (var sample in samples) sum += (double)sample * sample;
        return Math.Sqrt(sum / samples.Length);
    }
}

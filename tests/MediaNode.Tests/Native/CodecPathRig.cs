using System.Net;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.MediaNode.Native;
using Microsoft.Extensions.Logging.Abstractions;

namespace Byon.Tests.MediaNode.Tests.Native;

/// <summary>Audio from one leg to the other, in virtual time, with the codecs of a node.</summary>
public abstract class CodecPathRig : IDisposable
{
    private protected static readonly TimeSpan PacketTime = TimeSpan.FromMilliseconds(20);

    private protected static readonly AudioFormat[] Formats =
    [
        new(AudioCodec.Opus, 111, 48_000), new(AudioCodec.AmrWb, 104, 16_000), new(AudioCodec.G722, 9, 8_000),
        new(AudioCodec.Amr, 102, 8_000, "octet-align=1"), new(AudioCodec.Pcma, 8, 8_000), new(AudioCodec.Pcmu, 0, 8_000), new(AudioCodec.L16, 106, 16_000),
    ];

    private protected NativeCodecs Codecs { get; } = new(NullLogger.Instance);
    private ImsLeg _leg = null!;

    private protected MediaTransmitQueue Queue { get; } = new(64);

    private protected AudioPath Path { get; private set; } = null!;

    private protected List<Told> Sent { get; } = [];

    private protected Instant Now { get; set; } = new(TimeSpan.TicksPerDay);

    /// <summary>Payload type of comfort noise towards the far side; null where it takes none.</summary>
    private protected byte? ComfortNoise { get; set; }

    /// <summary>Percentage that the far side's encoder is told to reckon with.</summary>
    private protected int ExpectedLoss { get; set; }

    protected CodecPathRig() => NewPath();

    public void Dispose()
    {
        Path.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Codecs that have heard nothing yet.</summary>
    private protected void NewPath()
    {
        Path?.Dispose();
        _leg = new ImsLeg(Queue, new EntropySource(new byte[32]), 1, 2);
        Path = new AudioPath(Codecs, _leg.Output);
        Sent.Clear();
    }

    /// <summary>Sends the samples in packets of 20 ms, without those that are lost.</summary>
    private protected void Speak(AudioFormat from, AudioFormat to, short[] samples, Func<int, bool>? lost = null)
    {
        Connect(from, to);
        var packets = Encode(from, samples);
        for (var i = 0; i < packets.Count; i++)
        {
            if (packets[i].Length > 0 && lost?.Invoke(i) != true) Receive(from, packets[i], i);
            Run(PacketTime);
        }
    }

    private protected void Connect(AudioFormat from, AudioFormat to, TimeSpan? packetTime = null)
    {
        var stream = Stream(to) with { ComfortNoise = ComfortNoise, PacketTime = packetTime ?? PacketTime };
        _leg.Configure(Now, new ImsLegPlan(new IPEndPoint(IPAddress.Loopback, 4000), new IPEndPoint(IPAddress.Loopback, 4001), false, stream));
        Path.Configure(Stream(from), stream);
    }

    private protected void Receive(AudioFormat from, byte[] payload, int index, bool drain = true, TimeSpan? packetTime = null)
    {
        Span<byte> bytes = stackalloc byte[RtpPacket.HeaderSize + payload.Length];
        RtpPacket.WriteHeader(bytes, from.PayloadType, index == 0, (ushort)index, (uint)(RtpClock.Units(packetTime ?? PacketTime, from.ClockRate) * index), 5);
        payload.CopyTo(bytes[RtpPacket.HeaderSize..]);
        Assert.True(RtpPacket.TryParse(bytes, out var packet));
        Path.Receive(Now, packet, from);
        if (drain) Drain();
    }

    private protected void Run(TimeSpan duration)
    {
        var end = Now + duration;
        while (Path.NextTimeout is { } due && due <= end)
        {
            Now = due > Now ? due : Now;
            Path.HandleTimeout(Now);
            Drain();
        }

        Now = end;
    }

    private protected void Drain()
    {
        for (var i = 0; i < Queue.Count; i++)
        {
            Assert.True(RtpPacket.TryParse(Queue.Memory.AsSpan(Queue[i].Offset, Queue[i].Length), out var packet));
            Sent.Add(new Told(Now, packet.Timestamp, packet.Marker, packet.PayloadType, packet.Payload.ToArray()));
        }

        Queue.Clear();
    }

    private protected List<byte[]> Encode(AudioFormat format, short[] samples, TimeSpan? packetTime = null)
    {
        using var encoder = Codecs.CreateEncoder(format, Rate(format));
        encoder.ExpectLoss(ExpectedLoss, takesTwo: false);
        var (packets, payload, frame) = (new List<byte[]>(), new byte[1280], (int)((packetTime ?? PacketTime).TotalSeconds * Rate(format)));
        for (var at = 0; at + frame <= samples.Length; at += frame) packets.Add(payload[..encoder.Encode(samples.AsSpan(at, frame), payload)]);
        return packets;
    }

    private protected short[] Hear(AudioFormat format)
    {
        using var decoder = Codecs.CreateDecoder(format, Rate(format));
        var (heard, samples) = (new List<short>(), new short[4000]);
        foreach (var packet in Sent) heard.AddRange(samples[..decoder.Decode(packet.Payload, samples)]);
        return [.. heard];
    }

    /// <summary>The same with each packet at the place its time stamp gives it, and silence in between.</summary>
    private protected short[] HearInTime(AudioFormat format)
    {
        using var decoder = Codecs.CreateDecoder(format, Rate(format));
        int At(Told packet) => (int)((long)(packet.Timestamp - Sent[0].Timestamp) * Rate(format) / format.ClockRate);
        var (heard, samples) = (new short[At(Sent[^1]) + 1000], new short[1000]);
        foreach (var packet in Sent) samples.AsSpan(0, decoder.Decode(packet.Payload, samples)).CopyTo(heard.AsSpan(At(packet)));
        return heard;
    }

    private protected static AudioFormat Format(AudioCodec codec) => Formats.Single(format => format.Codec == codec);

    private protected static AudioStream Stream(AudioFormat format) => new(format, [format], null, PacketTime, MediaDirection.SendReceive);

    private protected static int Rate(AudioFormat format) => format.Codec is AudioCodec.Amr or AudioCodec.Pcma or AudioCodec.Pcmu ? 8_000 : 16_000;

    private protected static short[] Noise(int count)
    {
        var random = new Random(2);
        return [.. Enumerable.Range(0, count).Select(_ => (short)random.Next(-40, 40))];
    }

    private protected static double Level(ReadOnlySpan<short> samples)
    {
        var sum = 0.0;
        foreach (var sample in samples) sum += (double)sample * sample;
        return Math.Sqrt(sum / samples.Length);
    }

    private protected readonly record struct Told(Instant At, uint Timestamp, bool Marker, byte Type, byte[] Payload);
}

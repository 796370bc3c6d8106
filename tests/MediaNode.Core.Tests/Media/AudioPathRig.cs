using System.Net;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

/// <summary>One direction between two legs, in virtual time; what is sent is read back from the transmit queue.</summary>
public abstract class AudioPathRig : IDisposable
{
    private protected const double Hertz = 440;

    private protected static readonly AudioFormat Pcmu = new(AudioCodec.Pcmu, 0, 8000);
    private protected static readonly AudioFormat Pcma = new(AudioCodec.Pcma, 8, 8000);
    private protected static readonly AudioFormat Opus = new(AudioCodec.Opus, 111, 48000);
    private protected static readonly TimeSpan PacketTime = TimeSpan.FromMilliseconds(20);

    private AudioStream _from = Stream(Pcma);

    private protected MediaTransmitQueue Queue { get; } = new(64);

    private protected ImsLeg Leg { get; }

    private protected AudioPath Path { get; }

    private protected List<Sent> SentPackets { get; } = [];

    private protected Instant Now { get; set; } = new(TimeSpan.TicksPerDay);

    /// <summary>Of the next packet that is spoken.</summary>
    private protected ushort Sequence { get; set; } = 65500;

    /// <summary>Of the last packet that was spoken.</summary>
    private protected uint Timestamp { get; set; } = uint.MaxValue - 1000;

    protected AudioPathRig()
    {
        Leg = new ImsLeg(Queue, new EntropySource(new byte[32]), 1, 2);
        Path = new AudioPath(new ManagedCodecs(), Leg.Output);
        Connect(Stream(Pcma), Stream(Pcmu));
    }

    public void Dispose()
    {
        Path.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static AudioStream Stream(AudioFormat format) => new(format, [format], null, PacketTime, MediaDirection.SendReceive);

    private protected void Connect(AudioStream from, AudioStream to)
    {
        _from = from;
        Leg.Configure(Now, new ImsLegPlan(new IPEndPoint(IPAddress.Loopback, 4000), new IPEndPoint(IPAddress.Loopback, 4001), false, to));
        Path.Configure(from, to);
    }

    private protected void Speak(int packets, AudioFormat? format = null)
    {
        for (var i = 0; i < packets; i++)
        {
            Receive(NextPacket(format), format: format);
            Run(PacketTime);
        }
    }

    private protected (ushort, uint, byte[]) NextPacket(AudioFormat? format = null)
    {
        Timestamp += 160;
        var samples = new short[160];
        for (var i = 0; i < samples.Length; i++)
            samples[i] = (short)(12_000 * Math.Sin(2 * Math.PI * Hertz / 8000 * ((Timestamp + (uint)i) % 8000)));
        var payload = new byte[160];
        new G711Encoder((format ?? _from.Send).Codec).Encode(samples, payload);
        return (Sequence++, Timestamp, payload);
    }

    private protected void Receive((ushort Sequence, uint Timestamp, byte[] Payload) packet, uint ssrc = 5, AudioFormat? format = null)
    {
        var bytes = Packet(0, packet.Sequence, packet.Timestamp, ssrc, packet.Payload);
        Assert.True(RtpPacket.TryParse(bytes, out var parsed));
        Path.Receive(Now, parsed, format ?? _from.Send);
        Drain();
    }

    private protected void ReceiveNoise(byte level)
    {
        Assert.True(RtpPacket.TryParse(Packet(13, Sequence++, Timestamp += 160, 5, [level]), out var parsed));
        Path.ReceiveNoise(Now, parsed);
        Drain();
    }

    private protected char? Press(byte code, int duration, bool end, uint timestamp = 55_555)
    {
        var payload = new byte[TelephoneEvent.Size];
        new TelephoneEvent(code, end, 10, (ushort)duration).Write(payload);
        Assert.True(RtpPacket.TryParse(Packet(96, Sequence++, timestamp, 5, payload), out var parsed));
        var digit = Path.ReceiveEvent(Now, parsed, _from.TelephoneEvent!);
        Drain();
        return digit;
    }

    private static byte[] Packet(byte payloadType, ushort sequence, uint timestamp, uint ssrc, byte[] payload)
    {
        var bytes = new byte[RtpPacket.HeaderSize + payload.Length];
        RtpPacket.WriteHeader(bytes, payloadType, false, sequence, timestamp, ssrc);
        payload.CopyTo(bytes, RtpPacket.HeaderSize);
        return bytes;
    }

    /// <summary>Lets virtual time pass from deadline to deadline.</summary>
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
            var transmit = Queue[i];
            Assert.True(RtpPacket.TryParse(Queue.Memory.AsSpan(transmit.Offset, transmit.Length), out var packet));
            SentPackets.Add(new Sent(Now, packet.Marker, packet.PayloadType, packet.SequenceNumber, packet.Timestamp, packet.Ssrc, packet.Payload.ToArray()));
        }

        Queue.Clear();
    }

    private protected void AssertSequenceIsUnbroken() =>
        Assert.All(SentPackets.Zip(SentPackets.Skip(1)), pair => Assert.Equal((ushort)(pair.First.Sequence + 1), pair.Second.Sequence));

    private protected static short[] Decode(List<Sent> sent, AudioCodec codec = AudioCodec.Pcmu)
    {
        var samples = new List<short>();
        var decoder = new G711Decoder(codec);
        foreach (var packet in sent)
        {
            var one = new short[packet.Payload.Length];
            decoder.Decode(packet.Payload, one);
            samples.AddRange(one);
        }

        return [.. samples];
    }

    private protected sealed record Sent(Instant At, bool Marker, byte PayloadType, ushort Sequence, uint Timestamp, uint Ssrc, byte[] Payload);
}

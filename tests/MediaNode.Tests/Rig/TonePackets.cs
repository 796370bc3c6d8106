using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.MediaNode.Native;
using Byon.Tests.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Byon.Tests.MediaNode.Tests.Rig;

/// <summary>A tone as RTP packets of 20 ms in one codec, and what comes back in it as samples of 8 kHz.</summary>
internal sealed class TonePackets : IDisposable
{
    private const int Samples = 160;

    private readonly short[] _second;
    private readonly AudioFormat _format;
    private readonly IAudioEncoder _encoder;
    private readonly IAudioDecoder _decoder;
    private readonly uint _ssrc;
    private int _packets;

    private TonePackets(double hertz, AudioFormat format)
    {
        var codecs = new NativeCodecs(NullLogger.Instance);
        _second = Tone.Samples(hertz, TimeSpan.FromSeconds(1), G711.SampleRate);
        _format = format;
        _encoder = codecs.CreateEncoder(format, G711.SampleRate);
        _decoder = codecs.CreateDecoder(format, G711.SampleRate);
        _ssrc = (uint)hertz;
    }

    public static TonePackets Pcma(double hertz) => new(hertz, new AudioFormat(AudioCodec.Pcma, 8, 8_000));

    public static TonePackets Opus(double hertz) => new(hertz, new AudioFormat(AudioCodec.Opus, 111, 48_000));

    public byte[] Next()
    {
        var packet = new byte[1500];
        RtpPacket.WriteHeader(packet, _format.PayloadType, _packets == 0, (ushort)_packets, Timestamp, _ssrc);
        var length = _encoder.Encode(_second.AsSpan(_packets * Samples % G711.SampleRate, Samples), packet.AsSpan(RtpPacket.HeaderSize));
        _packets++;
        return packet[..(RtpPacket.HeaderSize + length)];
    }

    /// <summary>One packet of a key press (RFC 4733): its time stamp is the press's, its number the next.</summary>
    public byte[] Key(byte payloadType, uint pressedAt, in TelephoneEvent update, bool starts)
    {
        var packet = new byte[RtpPacket.HeaderSize + TelephoneEvent.Size];
        RtpPacket.WriteHeader(packet, payloadType, starts, (ushort)_packets++, pressedAt, _ssrc);
        update.Write(packet.AsSpan(RtpPacket.HeaderSize));
        return packet;
    }

    public uint Timestamp => (uint)(_packets * _format.ClockRate / 50);

    public void Hear(ReadOnlySpan<byte> datagram, List<short> heard)
    {
        if (!RtpPacket.TryParse(datagram, out var packet) || packet.PayloadType != _format.PayloadType) return;
        Span<short> samples = stackalloc short[1920];
        heard.AddRange(samples[.._decoder.Decode(packet.Payload, samples)]);
    }

    public void Dispose()
    {
        _encoder.Dispose();
        _decoder.Dispose();
    }
}

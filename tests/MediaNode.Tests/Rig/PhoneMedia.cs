using System.Net;
using System.Net.Sockets;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Rig;

/// <summary>The phone's audio: PCMA on a socket of its own. It speaks when pumped, and remembers what it heard.</summary>
internal sealed class PhoneMedia : IDisposable
{
    private readonly Socket _rtp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
    private readonly int _port = FreePorts.Next(2);
    private readonly TonePackets _tone;

    public PhoneMedia(double hertz)
    {
        _rtp.Bind(new IPEndPoint(IPAddress.Loopback, _port));
        _tone = new TonePackets(hertz);
    }

    public List<short> Heard { get; } = [];

    public string Describe(string direction = "sendrecv") =>
        $"v=0\r\no=phone 7 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {_port} RTP/AVP 8 101\r\n"
        + $"a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na={direction}\r\n";

    public void Pump(IPEndPoint remote)
    {
        _rtp.SendTo(_tone.Next(), remote);
        var buffer = new byte[2048];
        while (_rtp.Available > 0) TonePackets.Hear(buffer.AsSpan(0, _rtp.Receive(buffer)), Heard);
    }

    public void Dispose() => _rtp.Dispose();

    /// <summary>Where a description says to send audio.</summary>
    public static IPEndPoint AudioOf(string sdp)
    {
        var port = sdp.Split("\r\n").First(line => line.StartsWith("m=audio ", StringComparison.Ordinal)).Split(' ')[1];
        return new IPEndPoint(IPAddress.Loopback, int.Parse(port, System.Globalization.CultureInfo.InvariantCulture));
    }
}

/// <summary>A tone as PCMA packets of 20 ms.</summary>
internal sealed class TonePackets(double hertz)
{
    private const int Samples = 160;

    private readonly short[] _second = Tone.Samples(hertz, TimeSpan.FromSeconds(1), G711.SampleRate);
    private int _packets;

    public byte[] Next()
    {
        var packet = new byte[RtpPacket.HeaderSize + Samples];
        RtpPacket.WriteHeader(packet, 8, _packets == 0, (ushort)_packets, (uint)(_packets * Samples), (uint)hertz);
        G711.EncodeALaw(_second.AsSpan(_packets * Samples % G711.SampleRate, Samples), packet.AsSpan(RtpPacket.HeaderSize));
        _packets++;
        return packet;
    }

    public static void Hear(ReadOnlySpan<byte> datagram, List<short> heard)
    {
        if (!RtpPacket.TryParse(datagram, out var packet) || packet.PayloadType != 8) return;
        var samples = new short[packet.Payload.Length];
        G711.DecodeALaw(packet.Payload, samples);
        heard.AddRange(samples);
    }
}

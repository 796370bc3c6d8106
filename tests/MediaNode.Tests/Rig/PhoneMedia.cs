using System.Net;
using System.Net.Sockets;
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
        _tone = TonePackets.Pcma(hertz);
    }

    public List<short> Heard { get; } = [];

    /// <summary>Telephone events as they came, repeats included.</summary>
    public List<TelephoneEvent> Keys { get; } = [];

    public string Describe(string direction = "sendrecv") =>
        $"v=0\r\no=phone 7 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {_port} RTP/AVP 8 101\r\n"
        + $"a=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na={direction}\r\n";

    public void Pump(IPEndPoint remote)
    {
        _rtp.SendTo(_tone.Next(), remote);
        var buffer = new byte[2048];
        while (_rtp.Available > 0)
        {
            var datagram = buffer.AsSpan(0, _rtp.Receive(buffer));
            if (RtpPacket.TryParse(datagram, out var packet) && packet.PayloadType == 101 && TelephoneEvent.TryParse(packet.Payload, out var key)) Keys.Add(key);
            else _tone.Hear(datagram, Heard);
        }
    }

    public void Dispose()
    {
        _rtp.Dispose();
        _tone.Dispose();
    }

    /// <summary>Where a description says to send audio.</summary>
    public static IPEndPoint AudioOf(string sdp)
    {
        var port = sdp.Split("\r\n").First(line => line.StartsWith("m=audio ", StringComparison.Ordinal)).Split(' ')[1];
        return new IPEndPoint(IPAddress.Loopback, int.Parse(port, System.Globalization.CultureInfo.InvariantCulture));
    }
}

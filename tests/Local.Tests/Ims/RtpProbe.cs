using System.Net;
using System.Net.Sockets;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.Tests.TestKit;

namespace Byon.Tests.Local.Tests.Ims;

/// <summary>The other end of a phone's RTP in PCMA: says one tone without end, and keeps what it hears.</summary>
internal sealed class RtpProbe : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<short> _heard = [];
    private readonly short[] _tone;

    public RtpProbe(double hertz)
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _tone = Tone.Samples(hertz, TimeSpan.FromSeconds(1), G711.SampleRate);
        _ = ListenAsync();
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    public string Offer(string direction = "sendrecv") =>
        $"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {Port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na={direction}\r\n";

    public void SpeakTo(string sdp)
    {
        var media = sdp.Split("\r\n").Single(l => l.StartsWith("m=audio", StringComparison.Ordinal)).Split(' ');
        _ = SpeakAsync(new IPEndPoint(IPAddress.Loopback, int.Parse(media[1], System.Globalization.CultureInfo.InvariantCulture)));
    }

    /// <summary>How long it has heard one tone and not the other since <paramref name="from"/> (a sample count).</summary>
    public TimeSpan Heard(double hertz, double notHertz, int from = 0)
    {
        lock (_heard) return Tone.Heard(_heard.Skip(from).ToArray(), hertz, notHertz, G711.SampleRate);
    }

    public int Samples
    {
        get
        {
            lock (_heard) return _heard.Count;
        }
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _socket.Dispose();
        _stopping.Dispose();
    }

    private async Task ListenAsync()
    {
        var buffer = new byte[2048];
        var frame = new short[1600];
        try
        {
            while (true)
            {
                var length = await _socket.ReceiveAsync(buffer, SocketFlags.None, _stopping.Token);
                Keep(buffer.AsSpan(0, length), frame);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private void Keep(ReadOnlySpan<byte> datagram, short[] frame)
    {
        if (!RtpPacket.TryParse(datagram, out var packet) || packet.PayloadType != 8) return;
        G711.DecodeALaw(packet.Payload, frame);
        lock (_heard) _heard.AddRange(frame.AsSpan(0, packet.Payload.Length).ToArray());
    }

    private async Task SpeakAsync(IPEndPoint peer)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        var packet = new byte[RtpPacket.HeaderSize + 160];
        try
        {
            for (ushort i = 0; await timer.WaitForNextTickAsync(_stopping.Token); i++)
            {
                RtpPacket.WriteHeader(packet, 8, i == 0, i, i * 160u, 4711);
                G711.EncodeALaw(_tone.AsSpan(i % 50 * 160, 160), packet.AsSpan(RtpPacket.HeaderSize));
                await _socket.SendToAsync(packet, SocketFlags.None, peer, _stopping.Token);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }
}

using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Byon.MediaNode;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Video;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.MediaNode.Io;
using Byon.MediaNode.Native;
using Byon.Tests.TestKit.WebRtc;

namespace Byon.Tests.MediaNode.Tests.Io;

/// <summary>A call of the workers under test with both its ends on loopback: a browser's stack, and a phone's two sockets.</summary>
internal sealed class LoopbackCall : IDisposable
{
    private readonly DtlsEndpointFactory _dtls;
    private readonly DtlsCertificate _certificate = DtlsCertificate.Create(DateTimeOffset.UtcNow);
    private MediaWorkers _workers;
    private Socket _phoneRtp;
    private Socket _phoneRtcp;
    private ushort _browserSequence;
    private ushort _phoneSequence;

    /// <param name="browser">Where the browser is; the phone is where the workers say that the network is.</param>
    public LoopbackCall(MediaWorkers workers, string id, IPAddress? browser = null)
    {
        _workers = workers;
        Id = id;
        Allocation = workers.TryAllocate(id) ?? throw new InvalidOperationException("no port is free");
        _dtls = new DtlsEndpointFactory(_certificate);
        var entropy = new EntropySource(RandomNumberGenerator.GetBytes(32));
        Browser = new RtcClientSocket(new RtcClient(entropy, _dtls, _certificate.Fingerprint), () => MonotonicClock.Now, browser);
        (_phoneRtp, _phoneRtcp) = (Bind(Allocation.ImsRtp.Address), Bind(Allocation.ImsRtp.Address));
    }

    public string Id { get; }

    public MediaAllocation Allocation { get; private set; }

    /// <summary>Number of the browser's next packet.</summary>
    public ushort BrowserSequence { get => _browserSequence; init => _browserSequence = value; }

    public RtcClientSocket Browser { get; }

    /// <summary>What the phone received, whole packets.</summary>
    public List<byte[]> AtPhone { get; } = [];

    public List<byte[]> AtPhoneRtcp { get; } = [];

    /// <param name="video">That of the browser, and that of the phone with where it is.</param>
    public void Apply(AudioStream browser, AudioStream phone, IceCredentials? restarted = null, (VideoStream Browser, ImsVideo Phone)? video = null) =>
        _workers.Apply(Id, new MediaPlan(
            new WebRtcLegPlan(Browser.Client.Ice, _certificate.Fingerprint, false, browser) { LocalIce = restarted, Video = video?.Browser },
            new ImsLegPlan((IPEndPoint)_phoneRtp.LocalEndPoint!, (IPEndPoint)_phoneRtcp.LocalEndPoint!, false, phone) { Video = video?.Phone }));

    /// <summary>The call is carried by other workers now, and the phone has been told.</summary>
    public void MovedTo(MediaWorkers workers, MediaAllocation allocation) => (_workers, Allocation) = (workers, allocation);

    /// <summary>The phone is at other ports from now on, which a further plan tells.</summary>
    public void MovePhone()
    {
        _phoneRtp.Dispose();
        _phoneRtcp.Dispose();
        (_phoneRtp, _phoneRtcp) = (Bind(Allocation.ImsRtp.Address), Bind(Allocation.ImsRtp.Address));
    }

    /// <param name="node">Of the allocation's addresses; the first one when null.</param>
    public void Connect(IPEndPoint? node = null) =>
        Browser.Client.Connect(MonotonicClock.Now, node ?? Allocation.WebRtc, Allocation.Ice, Allocation.Fingerprint, dtlsClient: true);

    /// <summary>Lets both ends take what has arrived. True once the browser can send.</summary>
    public bool Pump()
    {
        Browser.Pump();
        Drain(_phoneRtp, AtPhone);
        Drain(_phoneRtcp, AtPhoneRtcp);
        return Browser.Client.IsConnected;
    }

    public void SpeakAsBrowser(AudioFormat format, ReadOnlySpan<byte> payload) =>
        Browser.SendRtp(Packet(format, _browserSequence++, 10, payload));

    public void SpeakAsPhone(AudioFormat format, ReadOnlySpan<byte> payload) =>
        _phoneRtp.SendTo(Packet(format, _phoneSequence++, 20, payload), Allocation.ImsRtp);

    public void SendAsPhone(ReadOnlySpan<byte> datagram, bool rtcp) =>
        (rtcp ? _phoneRtcp : _phoneRtp).SendTo(datagram, rtcp ? new IPEndPoint(Allocation.ImsRtp.Address, Allocation.ImsRtp.Port + 1) : Allocation.ImsRtp);

    public static RtpPacket Read(byte[] bytes)
    {
        Assert.True(RtpPacket.TryParse(bytes, out var packet));
        return packet;
    }

    /// <summary>Of a compound RTCP packet.</summary>
    public static bool IsGoodbye(byte[] compound)
    {
        var reader = new RtcpReader(compound);
        while (reader.TryRead(out var packet))
        {
            if (packet.Type == RtcpType.Goodbye) return true;
        }

        return false;
    }

    public void Dispose()
    {
        Browser.Dispose();
        _dtls.Dispose();
        _phoneRtp.Dispose();
        _phoneRtcp.Dispose();
    }

    private static byte[] Packet(AudioFormat format, ushort sequence, uint ssrc, ReadOnlySpan<byte> payload)
    {
        var bytes = new byte[RtpPacket.HeaderSize + payload.Length];
        RtpPacket.WriteHeader(bytes, format.PayloadType, false, sequence, (uint)(sequence * (format.ClockRate / 50)), ssrc);
        payload.CopyTo(bytes.AsSpan(RtpPacket.HeaderSize));
        return bytes;
    }

    private static void Drain(Socket socket, List<byte[]> packets)
    {
        var buffer = new byte[2048];
        while (socket.Available > 0) packets.Add(buffer[..socket.Receive(buffer)]);
    }

    private static Socket Bind(IPAddress address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(address, 0));
        return socket;
    }
}

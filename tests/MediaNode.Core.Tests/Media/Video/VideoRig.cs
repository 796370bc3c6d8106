using System.Net;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Video;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.MediaNode.Core.Tests.Media.Video;

/// <summary>Video of a whole session in virtual time, between a browser and a phone.</summary>
public abstract class VideoRig : IDisposable
{
    private protected const int WebRtcSocket = 1;
    private protected const int VideoRtpSocket = 4;
    private protected const int VideoRtcpSocket = 5;
    private protected const byte BrowserType = 106;
    private protected const byte PhoneType = 114;
    private protected const byte OurType = 98;

    private protected static readonly IPEndPoint PhoneRtp = new(IPAddress.Parse("192.0.2.9"), 5000);
    private protected static readonly IPEndPoint PhoneRtcp = new(IPAddress.Parse("192.0.2.9"), 5001);
    private protected static readonly AudioFormat Pcma = new(AudioCodec.Pcma, 8, 8000);
    private protected static readonly TimeSpan PacketTime = TimeSpan.FromMilliseconds(10);

    private protected const VideoFeedback OfBrowser = VideoFeedback.Nack | VideoFeedback.PictureLoss | VideoFeedback.FullIntra | VideoFeedback.EstimatedBitrate;

    private protected IceCredentials Ice { get; } = new("gate", "gatewaygatewaygateway1");
    private protected VirtualBrowser Browser { get; } = new();
    private protected MediaTransmitQueue Queue { get; } = new(128);
    private protected MediaSession Session { get; set; }
    /// <summary>Packets to the browser as they went over the wire.</summary>
    private protected List<byte[]> Raw { get; } = [];

    private protected List<byte[]> ToBrowser { get; } = [];
    private protected List<byte[]> ToBrowserRtcp { get; } = [];
    private protected List<byte[]> ToPhone { get; } = [];
    private protected List<byte[]> ToPhoneRtcp { get; } = [];
    private protected List<MediaEvent> Events { get; } = [];
    private protected Instant Now { get; private set; } = new(TimeSpan.TicksPerDay);
    private protected VideoFeedback OfPhone { get; set; } = VideoFeedback.Nack | VideoFeedback.PictureLoss | VideoFeedback.FullIntra | VideoFeedback.BitrateLimit;

    private SrtpContext? _phoneSends;
    private SrtpContext? _phoneReceives;

    protected VideoRig()
    {
        Session = new MediaSession(
            new MediaSockets(WebRtcSocket, 2, 3), new WebRtcPeer(Ice, Browser), new ManagedCodecs(), new EntropySource(new byte[32]), Queue);
        Session.AddVideo(Now, VideoRtpSocket, VideoRtcpSocket);
    }

    public void Dispose()
    {
        Session.Dispose();
        Browser.Dispose();
        _phoneSends?.Dispose();
        _phoneReceives?.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected SrtpKeys? Keys { get; private set; }

    private protected uint BrowserSees => Read(ToBrowser[0]).Ssrc;

    private protected uint PhoneSees => Read(ToPhone[0]).Ssrc;

    private protected void Connect()
    {
        Apply();
        VirtualBrowser.Connect(Now, Session, Ice);
        Drain();
    }

    private protected void Apply(MediaDirection browser = MediaDirection.SendReceive, MediaDirection phone = MediaDirection.SendReceive)
    {
        Session.Apply(Now, Plan(browser, phone));
        Drain();
    }

    private protected MediaPlan Plan(MediaDirection browser, MediaDirection phone)
    {
        var audio = new AudioStream(Pcma, [Pcma], null, TimeSpan.FromMilliseconds(20), MediaDirection.SendReceive);
        return new MediaPlan(
            VirtualBrowser.Plan(audio) with { Video = new VideoStream(H264(BrowserType), H264(BrowserType), OfBrowser, browser) },
            new ImsLegPlan(PhoneRtp, PhoneRtcp, false, audio)
            {
                Video = new ImsVideo(PhoneRtp, PhoneRtcp, false, new VideoStream(H264(PhoneType), H264(OurType), OfPhone, phone) { Kilobits = 768 })
                {
                    Srtp = Keys,
                },
            });
    }

    private protected static VideoFormat H264(byte type) => new(VideoCodec.H264, type, "packetization-mode=1;profile-level-id=42e01f");

    private protected static byte[] Video(byte type, int index, uint ssrc = 10)
    {
        var bytes = new byte[RtpPacket.HeaderSize + 1000];
        RtpPacket.WriteHeader(bytes, type, index % 3 == 2, (ushort)(100 + index), (uint)(index / 3 * 3000), ssrc);
        Payload(index).CopyTo(bytes, RtpPacket.HeaderSize);
        return bytes;
    }

    private protected static byte[] Payload(int index)
    {
        var payload = new byte[1000];
        new Random(index).NextBytes(payload);
        return payload;
    }

    private protected void FromBrowser(byte[] packet)
    {
        Session.ReceiveWebRtc(Now, VirtualBrowser.Address, Browser.Protect(packet));
        Run(PacketTime);
    }

    private protected void FromPhone(byte[] packet, IPEndPoint? from = null)
    {
        Session.ReceiveImsVideo(Now, from ?? PhoneRtp, OfThePhone(packet, rtcp: false), rtcp: false);
        Run(PacketTime);
    }

    private protected void FeedbackOfBrowser(Func<byte[], int> write)
    {
        var buffer = new byte[512];
        var length = write(buffer);
        Session.ReceiveWebRtc(Now, VirtualBrowser.Address, Browser.Protect(buffer.AsSpan(0, length), rtcp: true));
        Drain();
    }

    private protected void FeedbackOfPhone(Func<byte[], int> write)
    {
        var buffer = new byte[512];
        var length = write(buffer);
        Session.ReceiveImsVideo(Now, PhoneRtcp, OfThePhone(buffer[..length], rtcp: true), rtcp: true);
        Drain();
    }

    /// <summary>The network's side is secured from the next plan on.</summary>
    private protected void Secure(SrtpKeys keys)
    {
        Keys = keys;
        _phoneSends = new SrtpContext(keys.Profile, keys.Receive);
        _phoneReceives = new SrtpContext(keys.Profile, keys.Send);
    }

    private byte[] OfThePhone(byte[] packet, bool rtcp)
    {
        if (_phoneSends is null) return packet;
        var slot = new byte[packet.Length + SrtpContext.MaxOverhead];
        packet.CopyTo(slot, 0);
        return slot[..(rtcp ? _phoneSends.ProtectRtcp(slot, packet.Length, out _) : _phoneSends.ProtectRtp(slot, packet.Length, out _))];
    }

    /// <summary>A packet that the phone was sent already is kept as it went over the wire.</summary>
    private byte[] ToThePhone(ReadOnlySpan<byte> packet, bool rtcp)
    {
        var opened = packet.ToArray();
        if (_phoneReceives is null) return opened;
        var length = rtcp ? _phoneReceives.UnprotectRtcp(opened, out var fault) : _phoneReceives.UnprotectRtp(opened, out fault);
        return fault == SrtpFault.None ? opened[..length] : packet.ToArray();
    }

    private protected void Run(TimeSpan duration)
    {
        Drain();
        var now = Now;
        Session.Run(ref now, duration, Drain);
        Now = now;
    }

    private protected void Drain()
    {
        for (var i = 0; i < Queue.Count; i++)
        {
            var transmit = Queue[i];
            var bytes = Queue.Memory.AsSpan(transmit.Offset, transmit.Length);
            switch (transmit.Socket)
            {
                case WebRtcSocket when Datagram.Classify(bytes) == DatagramKind.Rtp:
                    Raw.Add(bytes.ToArray());
                    if (Browser.Unprotect(bytes, rtcp: false) is { Length: > 0 } packet) ToBrowser.Add(packet);
                    break;
                case WebRtcSocket when Datagram.Classify(bytes) == DatagramKind.Rtcp:
                    ToBrowserRtcp.Add(Browser.Unprotect(bytes, rtcp: true));
                    break;
                case VideoRtpSocket:
                    Assert.Equal(PhoneRtp, transmit.Remote);
                    ToPhone.Add(ToThePhone(bytes, rtcp: false));
                    break;
                case VideoRtcpSocket:
                    Assert.Equal(PhoneRtcp, transmit.Remote);
                    ToPhoneRtcp.Add(ToThePhone(bytes, rtcp: true));
                    break;
            }
        }

        Queue.Clear();
        while (Session.TryDequeue(out var mediaEvent)) Events.Add(mediaEvent);
    }

    private protected static RtpPacket Read(byte[] bytes)
    {
        Assert.True(RtpPacket.TryParse(bytes, out var packet));
        return packet;
    }

    private protected static List<(RtcpType Type, int Format)> Formats(byte[] compound)
    {
        var reader = new RtcpReader(compound);
        var found = new List<(RtcpType, int)>();
        while (reader.TryRead(out var packet)) found.Add((packet.Type, packet.Count));
        return found;
    }

    /// <summary>Requests for pictures of that source.</summary>
    private protected static List<(RtcpType Type, int Format)> Feedback(List<byte[]> compounds, uint source)
    {
        var found = new List<(RtcpType, int)>();
        foreach (var compound in compounds)
        {
            var reader = new RtcpReader(compound);
            while (reader.TryRead(out var packet))
            {
                if (packet.Type == RtcpType.PayloadFeedback && packet.Feedback.AsksForPicture(source)) found.Add((packet.Type, packet.Count));
            }
        }

        return found;
    }

    private protected static List<(int Sequence, int Following)> Nacks(List<byte[]> compounds)
    {
        var found = new List<(int, int)>();
        foreach (var compound in compounds)
        {
            var reader = new RtcpReader(compound);
            while (reader.TryRead(out var packet))
            {
                for (var i = 0; packet.Type == RtcpType.TransportFeedback && i < packet.Feedback.NackCount; i++)
                    found.Add((packet.Feedback.NackAt(i).Sequence, packet.Feedback.NackAt(i).Following));
            }
        }

        return found;
    }

    private protected static List<long> Bitrates(List<byte[]> compounds, uint source)
    {
        var found = new List<long>();
        foreach (var compound in compounds)
        {
            var reader = new RtcpReader(compound);
            while (reader.TryRead(out var packet))
            {
                if (packet.Type is RtcpType.TransportFeedback or RtcpType.PayloadFeedback && packet.Feedback.BitrateOf(source) is { } rate) found.Add(rate);
            }
        }

        return found;
    }
}

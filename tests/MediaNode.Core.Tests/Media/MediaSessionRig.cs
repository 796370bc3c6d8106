using System.Net;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

/// <summary>A whole session in virtual time, between a browser and a phone that each speak a tone of their own.</summary>
public abstract class MediaSessionRig : IDisposable
{
    private protected const double BrowserHertz = 500;
    private protected const double PhoneHertz = 1200;

    private protected static readonly IPEndPoint PhoneRtp = new(IPAddress.Parse("192.0.2.9"), 4000);
    private protected static readonly IPEndPoint PhoneRtcp = new(IPAddress.Parse("192.0.2.9"), 4001);
    private protected static readonly AudioFormat Pcmu = new(AudioCodec.Pcmu, 0, 8000);
    private protected static readonly AudioFormat Pcma = new(AudioCodec.Pcma, 8, 8000);
    private protected static readonly TimeSpan PacketTime = TimeSpan.FromMilliseconds(20);

    private protected IceCredentials Ice { get; } = new("gate", "gatewaygatewaygateway1");

    private protected VirtualBrowser Browser { get; } = new();

    private protected MediaTransmitQueue Queue { get; } = new(64);

    private protected ManagedCodecs Codecs { get; } = new();

    private protected MediaSession Session { get; }

    private protected SentMedia Sent { get; }

    private protected List<MediaEvent> Events { get; } = [];

    private protected Instant Now { get; set; } = new(TimeSpan.TicksPerDay);

    /// <summary>Packets that both sides have spoken.</summary>
    private protected int Spoken { get; set; }

    /// <summary>Payload type that the browser speaks.</summary>
    private protected byte CodecNow { get; private set; }

    protected MediaSessionRig()
    {
        Sent = new SentMedia(Browser, PhoneRtp, PhoneRtcp);
        Session = new MediaSession(
            SentMedia.Sockets, new WebRtcPeer(Ice, Browser), Codecs, new EntropySource(new byte[32]), Queue);
    }

    public void Dispose()
    {
        Session.Dispose();
        Browser.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected static AudioStream Stream(AudioFormat format) => new(format, [format], null, PacketTime, MediaDirection.SendReceive);

    private protected MediaPlan Plan(AudioStream browser, AudioStream phone)
    {
        CodecNow = browser.Send.PayloadType;
        return new MediaPlan(VirtualBrowser.Plan(browser), new ImsLegPlan(PhoneRtp, PhoneRtcp, false, phone));
    }

    private protected void Connect(AudioStream? browser = null, AudioStream? phone = null)
    {
        Session.Apply(Now, Plan(browser ?? Stream(Pcmu), phone ?? Stream(Pcma)));
        VirtualBrowser.Connect(Now, Session, Ice);
        Drain();
    }

    /// <summary>Both speak for so many packets of 20 ms.</summary>
    private protected void Talk(int packets)
    {
        for (var i = 0; i < packets; i++)
        {
            FromBrowser(Audio(BrowserHertz, CodecNow == 8 ? AudioCodec.Pcma : AudioCodec.Pcmu, CodecNow, Spoken, ssrc: 10));
            FromPhone(Audio(PhoneHertz, AudioCodec.Pcma, 8, Spoken, ssrc: 20));
            Spoken++;
            Run(PacketTime);
        }
    }

    private protected static byte[] Audio(double hertz, AudioCodec codec, byte payloadType, int index, uint ssrc = 10)
    {
        var bytes = new byte[RtpPacket.HeaderSize + 160];
        RtpPacket.WriteHeader(bytes, payloadType, false, (ushort)(65_500 + index), (uint)(index * 160), ssrc);
        Payload(hertz, codec, index).CopyTo(bytes, RtpPacket.HeaderSize);
        return bytes;
    }

    private protected static byte[] Payload(double hertz, AudioCodec codec, int index)
    {
        var (samples, payload) = (new short[160], new byte[160]);
        for (var i = 0; i < 160; i++) samples[i] = (short)(12_000 * Math.Sin(2 * Math.PI * hertz / 8000 * (index * 160 + i)));
        new G711Encoder(codec).Encode(samples, payload);
        return payload;
    }

    private protected void FromBrowser(byte[] packet)
    {
        var before = Session.NextTimeout;
        Session.ReceiveWebRtc(Now, VirtualBrowser.Address, Browser.Protect(packet));
        AssertKeepsTimeout(before);
        Drain();
    }

    private protected void FromPhone(byte[] packet, IPEndPoint? from = null)
    {
        var before = Session.NextTimeout;
        Session.ReceiveIms(Now, from ?? PhoneRtp, packet, rtcp: false);
        AssertKeepsTimeout(before);
        Drain();
    }

    private protected static RtpPacket Read(byte[] bytes)
    {
        Assert.True(RtpPacket.TryParse(bytes, out var packet));
        return packet;
    }

    private protected static short[] Decode(List<byte[]> packets, AudioCodec codec)
    {
        var (decoder, samples, heard) = (new G711Decoder(codec), new short[160], new List<short>());
        foreach (var packet in packets) heard.AddRange(samples[..decoder.Decode(Read(packet).Payload, samples)]);
        return [.. heard];
    }

    private protected void Run(TimeSpan duration)
    {
        var now = Now;
        Session.Run(ref now, duration, Drain);
        Now = now;
    }

    private protected void Drain()
    {
        Sent.Take(Queue);
        while (Session.TryDequeue(out var mediaEvent)) Events.Add(mediaEvent);
    }

    /// <summary>An owner does not look at the deadline again after a relayed packet.</summary>
    private void AssertKeepsTimeout(Instant? before)
    {
        if (Session.WasRelayed) Assert.True(before <= Session.NextTimeout, "a relayed packet brought the deadline closer");
    }
}

using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

/// <summary>What both sides hear of each other, in virtual time.</summary>
public sealed class MediaSessionTests : MediaSessionRig
{
    [Fact]
    public void EachSideHearsTheOtherAndNotItself()
    {
        Connect();
        Talk(100);

        Assert.True(Tone.Heard(Decode(Sent.ToPhone, AudioCodec.Pcma), BrowserHertz, PhoneHertz, 8000) > TimeSpan.FromSeconds(1.8));
        Assert.True(Tone.Heard(Decode(Sent.ToBrowser, AudioCodec.Pcmu), PhoneHertz, BrowserHertz, 8000) > TimeSpan.FromSeconds(1.8));
    }

    [Fact]
    public void ACodecInCommonIsPassedThroughBitForBit()
    {
        Connect(Stream(Pcma), Stream(Pcma));
        Talk(10);
        Assert.True(Session.WasRelayed);
        Assert.Equal(10, Sent.ToPhone.Count);
        for (var i = 0; i < 10; i++) Assert.Equal(Payload(BrowserHertz, AudioCodec.Pcma, i), Read(Sent.ToPhone[i]).Payload.ToArray());
    }

    [Fact]
    public void TellsOnceWhatConnectedAndWhoWasHeard()
    {
        Connect();
        Talk(3);
        Assert.Equal(
            [new IceConnected(), new DtlsConnected("SRTP_AEAD_AES_128_GCM"), new FirstWebRtcAudio(), new FirstImsAudio()],
            Events);
    }

    [Fact]
    public void HeldInOneDirectionTheOtherStillFlows()
    {
        Connect(Stream(Pcmu), Stream(Pcma) with { Direction = MediaDirection.SendOnly });
        Talk(20);
        Assert.NotEmpty(Sent.ToPhone);
        Assert.Empty(Sent.ToBrowser);

        Sent.ToPhone.Clear();
        Session.Apply(Now, Plan(Stream(Pcmu), Stream(Pcma) with { Direction = MediaDirection.Inactive }));
        Talk(20);
        Assert.Empty(Sent.ToPhone);
        Assert.Empty(Sent.ToBrowser);

        Session.Apply(Now, Plan(Stream(Pcmu), Stream(Pcma)));
        Talk(50);
        Assert.True(Tone.Heard(Decode(Sent.ToPhone, AudioCodec.Pcma), BrowserHertz, PhoneHertz, 8000) > TimeSpan.FromSeconds(0.8));
        Assert.True(Tone.Heard(Decode(Sent.ToBrowser, AudioCodec.Pcmu), PhoneHertz, BrowserHertz, 8000) > TimeSpan.FromSeconds(0.8));
    }

    [Fact]
    public void WithoutANetworkSideTheBrowserIsHeardByNobody()
    {
        Session.Apply(Now, new MediaPlan(VirtualBrowser.Plan(Stream(Pcmu)), null));
        VirtualBrowser.Connect(Now, Session, Ice);
        Talk(10);
        Assert.Empty(Sent.ToPhone);
        Assert.Contains(new FirstWebRtcAudio(), Events);
        Assert.Equal(10, Session.Statistics.WebRtc.PacketsReceived);
        Assert.Equal(10, Session.Statistics.Ims.Dropped);
    }

    [Fact]
    public void KeysReachTheOtherSideInItsOwnPayloadType()
    {
        Connect(Stream(Pcmu) with { TelephoneEvent = new(126, 8000) }, Stream(Pcma) with { TelephoneEvent = new(101, 8000) });
        FromBrowser(Event(126, 4));
        FromPhone(Event(101, 11));
        Run(TimeSpan.FromMilliseconds(100));

        Assert.Equal([new DigitRelayed('4', FromWebRtc: true), new DigitRelayed('#', FromWebRtc: false)], Events.OfType<DigitRelayed>());
        Assert.Equal(4, Sent.ToPhone.Count(p => Read(p).PayloadType == 101));
        Assert.Equal(4, Sent.ToBrowser.Count(p => Read(p).PayloadType == 126));
    }

    [Fact]
    public void KeysMayComeInAnyOfTheFormatsThatWereNegotiated()
    {
        TelephoneEventFormat wide = new(110, 48_000), narrow = new(126, 8000);
        Connect(Stream(Pcmu) with { TelephoneEvent = wide, ReceiveEvents = [wide, narrow] }, Stream(Pcma) with { TelephoneEvent = new(101, 8000) });
        FromBrowser(Event(126, 4));
        Run(TimeSpan.FromMilliseconds(100));

        Assert.Equal([new DigitRelayed('4', FromWebRtc: true)], Events.OfType<DigitRelayed>());
        Assert.Equal(4, Sent.ToPhone.Count(p => Read(p).PayloadType == 101));
    }

    /// <summary>A quarter of an hour: beyond where the sixteen bits of a sequence number have gone half round.</summary>
    /// <summary>24 minutes of a browser that goes on sending: its sequence numbers wrap while nobody listens (RFC 3711 §3.3.1).</summary>
    [Fact]
    public void AfterALongHoldTheBrowserIsStillUnderstood()
    {
        Connect(Stream(Pcma), Stream(Pcma));
        Talk(5);
        Session.Apply(Now, Plan(Stream(Pcma), Stream(Pcma) with { Direction = MediaDirection.Inactive }));
        Sent.ToPhone.Clear();
        for (var i = 0; i < 72_000; i++)
        {
            Session.ReceiveWebRtc(Now, VirtualBrowser.Address, Browser.Protect(Audio(BrowserHertz, AudioCodec.Pcma, 8, Spoken++)));
            Now += PacketTime;
        }

        Drain();
        Assert.Empty(Sent.ToPhone);
        var dropped = Session.Statistics.WebRtc.Dropped;
        Session.Apply(Now, Plan(Stream(Pcma), Stream(Pcma)));
        Talk(50);
        Assert.Equal((50, dropped), (Sent.ToPhone.Count, Session.Statistics.WebRtc.Dropped));
        Assert.True(Tone.Heard(Decode(Sent.ToPhone, AudioCodec.Pcma), BrowserHertz, PhoneHertz, 8000) > TimeSpan.FromSeconds(0.9));
    }

    [Fact]
    public void ALongCallIsHeardToItsEnd()
    {
        Connect(Stream(Pcma), Stream(Pcma));
        var packet = Audio(BrowserHertz, AudioCodec.Pcma, 8, 0);
        for (var i = 0; i < 45_000; i++)
        {
            RtpPacket.WriteHeader(packet, 8, false, (ushort)i, (uint)(i * 160), 10);
            Session.ReceiveWebRtc(Now, VirtualBrowser.Address, Browser.Protect(packet));
            Queue.Clear();
            Now += PacketTime;
        }

        Assert.Equal(45_000, Session.Statistics.Ims.PacketsSent);
    }

    [Fact]
    public void NothingIsAllocatedPerPacket()
    {
        Connect();
        Assert.Equal(0, AllocatedByTalking());
        Session.Apply(Now, Plan(Stream(Pcma), Stream(Pcma)));
        Assert.Equal(0, AllocatedByTalking());
    }

    private long AllocatedByTalking()
    {
        // Made beforehand, since making them allocates; the first few warm up what is created once.
        (byte[] Browser, byte[] Phone)[] spoken =
        [
            .. Enumerable.Range(Spoken, 1000).Select(i => (
                Audio(BrowserHertz, CodecNow == 8 ? AudioCodec.Pcma : AudioCodec.Pcmu, CodecNow, i),
                Audio(PhoneHertz, AudioCodec.Pcma, 8, i, ssrc: 20))),
        ];
        Spoken += spoken.Length;
        var before = 0L;
        for (var i = 0; i < spoken.Length; i++)
        {
            if (i == 200) before = GC.GetAllocatedBytesForCurrentThread();
            Session.ReceiveWebRtc(Now, VirtualBrowser.Address, Browser.Protect(spoken[i].Browser));
            Session.ReceiveIms(Now, PhoneRtp, spoken[i].Phone, rtcp: false);
            Now += PacketTime;
            Session.HandleTimeout(Now);
            Queue.Clear();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static byte[] Event(byte payloadType, byte code)
    {
        var bytes = new byte[RtpPacket.HeaderSize + TelephoneEvent.Size];
        RtpPacket.WriteHeader(bytes, payloadType, true, 65_400, 7777, payloadType == 126 ? 10u : 20u);
        new TelephoneEvent(code, true, 10, 800).Write(bytes.AsSpan(RtpPacket.HeaderSize));
        return bytes;
    }
}

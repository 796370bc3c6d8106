using System.Net;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

/// <summary>Whom a session hears on the side of the network, and whom it does not.</summary>
public sealed class MediaSessionNetworkTests : MediaSessionRig
{
    [Fact]
    public void TheNetworkSideIsHeardFromItsAddressOrBeforeThatFromItsHost()
    {
        Connect();
        FromPhone(Audio(PhoneHertz, AudioCodec.Pcma, 8, 0), new IPEndPoint(IPAddress.Parse("192.0.2.66"), 4000));
        Assert.Equal(0, Session.Statistics.Ims.PacketsReceived);

        var otherPort = new IPEndPoint(PhoneRtp.Address, 9999);
        FromPhone(Audio(PhoneHertz, AudioCodec.Pcma, 8, 1), otherPort);
        Assert.Equal(1, Session.Statistics.Ims.PacketsReceived);

        FromPhone(Audio(PhoneHertz, AudioCodec.Pcma, 8, 2), PhoneRtp);
        FromPhone(Audio(PhoneHertz, AudioCodec.Pcma, 8, 3), otherPort);
        Assert.Equal(2, Session.Statistics.Ims.PacketsReceived);
        Assert.Equal(2, Session.Statistics.Ims.Dropped);
    }

    [Fact]
    public void AnExactSourceIsTheOneOfTheDescriptionAndNoOther()
    {
        using var session = new MediaSession(
            SentMedia.Sockets, new WebRtcPeer(Ice, Browser), new ManagedCodecs(), new EntropySource(new byte[32]),
            Queue, new MediaSessionOptions(null, ExactSource: true));
        session.Apply(Now, Plan(Stream(Pcma), Stream(Pcma)));
        session.ReceiveIms(Now, new IPEndPoint(PhoneRtp.Address, 4999), Audio(PhoneHertz, AudioCodec.Pcma, 8, 1), rtcp: false);
        Assert.Equal((0, 1), (session.Statistics.Ims.PacketsReceived, session.Statistics.Ims.Dropped));
        session.ReceiveIms(Now, PhoneRtp, Audio(PhoneHertz, AudioCodec.Pcma, 8, 1), rtcp: false);
        Assert.Equal(1, session.Statistics.Ims.PacketsReceived);
    }

    /// <summary>Media of a whole network often comes from one host: only the port tells an old stream from the new call's.</summary>
    [Fact]
    public void AStreamThatOutlivesItsCallIsNotHeardInTheNextOneOnItsPort()
    {
        var former = new IPEndPoint(PhoneRtp.Address, 4998);
        using var session = new MediaSession(
            SentMedia.Sockets with { FormerSender = former }, new WebRtcPeer(Ice, Browser), new ManagedCodecs(),
            new EntropySource(new byte[32]), Queue);
        session.ReceiveIms(Now, former, Audio(PhoneHertz, AudioCodec.Pcma, 8, 1), rtcp: false);
        session.Apply(Now, Plan(Stream(Pcma), Stream(Pcma)));
        session.ReceiveIms(Now, former, Audio(PhoneHertz, AudioCodec.Pcma, 8, 2), rtcp: false);
        Assert.Equal((0, 2), (session.Statistics.Ims.PacketsReceived, session.Statistics.Ims.Dropped));
        Assert.Null(session.NetworkSource);

        var relay = new IPEndPoint(PhoneRtp.Address, 4999);
        session.ReceiveIms(Now, relay, Audio(PhoneHertz, AudioCodec.Pcma, 8, 1, ssrc: 20), rtcp: false);
        session.ReceiveIms(Now, former, Audio(PhoneHertz, AudioCodec.Pcma, 8, 3), rtcp: false);
        Assert.Equal((1, 3), (session.Statistics.Ims.PacketsReceived, session.Statistics.Ims.Dropped));
        Assert.Equal(relay, session.NetworkSource);
    }

    [Fact]
    public void WhoIsDescribedIsHeardWhoeverWasThereBefore()
    {
        using var session = new MediaSession(
            SentMedia.Sockets with { FormerSender = PhoneRtp }, new WebRtcPeer(Ice, Browser), new ManagedCodecs(),
            new EntropySource(new byte[32]), Queue);
        session.Apply(Now, Plan(Stream(Pcma), Stream(Pcma)));
        session.ReceiveIms(Now, PhoneRtp, Audio(PhoneHertz, AudioCodec.Pcma, 8, 1), rtcp: false);
        Assert.Equal(1, session.Statistics.Ims.PacketsReceived);
    }

    /// <summary>A mixer or a phone that changes its source says so; the call is SIP's to end.</summary>
    [Fact]
    public void AGoodbyeOfThePeerEndsItsSourceAndNotTheCall()
    {
        Connect();
        Talk(20);
        var goodbye = new byte[100];
        var writer = new RtcpWriter(goodbye);
        writer.WriteReceiverReport(20, []);
        writer.WriteGoodbye(20);
        Session.ReceiveIms(Now, PhoneRtcp, goodbye.AsSpan(0, writer.Length), rtcp: true);
        Run(TimeSpan.FromMilliseconds(200));
        Sent.ToBrowser.Clear();
        for (var i = 0; i < 50; i++)
        {
            FromPhone(Audio(300, AudioCodec.Pcma, 8, i, ssrc: 77));
            Run(PacketTime);
        }

        Assert.True(Tone.Heard(Decode(Sent.ToBrowser, AudioCodec.Pcmu), 300, PhoneHertz, 8000) > TimeSpan.FromMilliseconds(700));
        Assert.Equal(4, Events.Count);
    }

    [Fact]
    public void ANetworkThatFallsSilentIsToldOnceUnlessTheCallIsHeld()
    {
        Connect();
        Talk(10);
        Run(TimeSpan.FromMinutes(4));
        FromBrowser(Audio(BrowserHertz, AudioCodec.Pcmu, CodecNow, Spoken));
        Session.ReceiveIms(Now, PhoneRtcp, new byte[] { 0x80, 201, 0, 1, 0, 0, 0, 20 }, rtcp: true);
        Run(TimeSpan.FromMinutes(4.9));
        Assert.DoesNotContain(new NetworkMediaLost(), Events);
        Run(TimeSpan.FromMinutes(6));
        Assert.Single(Events, new NetworkMediaLost());

        Events.Clear();
        Session.Apply(Now, Plan(Stream(Pcmu), Stream(Pcma) with { Direction = MediaDirection.SendOnly }));
        Run(TimeSpan.FromMinutes(20));
        Assert.DoesNotContain(new NetworkMediaLost(), Events);
        Session.Apply(Now, Plan(Stream(Pcmu), Stream(Pcma)));
        Run(TimeSpan.FromMinutes(4.9));
        Assert.DoesNotContain(new NetworkMediaLost(), Events);
        Run(TimeSpan.FromMinutes(1));
        Assert.Single(Events, new NetworkMediaLost());
    }

    [Fact]
    public void NothingIsSentToAnAddressThatIsNone()
    {
        var nowhere = new IPEndPoint(IPAddress.Any, 4000);
        Session.Apply(Now, new MediaPlan(VirtualBrowser.Plan(Stream(Pcmu)), new ImsLegPlan(nowhere, nowhere, false, Stream(Pcma))));
        VirtualBrowser.Connect(Now, Session, Ice);
        Talk(300);
        Assert.Empty(Sent.ToPhone);
        Assert.Empty(Sent.ToPhoneRtcp);
    }

    [Fact]
    public void TwoPhonesThatSpeakAtOnceDoNotChopEachOtherUp()
    {
        Connect();
        for (var i = 0; i < 50; i++)
        {
            FromPhone(Audio(PhoneHertz, AudioCodec.Pcma, 8, i));
            FromPhone(Audio(300, AudioCodec.Pcma, 8, i, ssrc: 77));
            Run(PacketTime);
        }

        Assert.True(Tone.Heard(Decode(Sent.ToBrowser, AudioCodec.Pcmu), PhoneHertz, 300, 8000) > TimeSpan.FromMilliseconds(850));
        for (var i = 50; i < 100; i++)
        {
            FromPhone(Audio(300, AudioCodec.Pcma, 8, i, ssrc: 77));
            Run(PacketTime);
        }

        Assert.True(Tone.Heard(Decode(Sent.ToBrowser[50..], AudioCodec.Pcmu), 300, PhoneHertz, 8000) > TimeSpan.FromMilliseconds(700));
    }

    [Fact]
    public void GarbageFromBothSidesIsCountedAndChangesNothing()
    {
        Connect();
        var random = new Random(12);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(0, 400)];
            random.NextBytes(bytes);
            if (bytes.Length > 1) (bytes[0], bytes[1]) = ((byte)(0x80 | bytes[0] & 0x3F), (byte)(random.Next(3) == 0 ? 8 : bytes[1]));
            Session.ReceiveIms(Now, PhoneRtp, bytes, rtcp: false);
            Session.ReceiveIms(Now, PhoneRtcp, bytes, rtcp: true);
            Session.ReceiveWebRtc(Now, VirtualBrowser.Address, bytes);
            if (i % 50 == 0) Run(PacketTime);
            Queue.Clear();
        }

        Assert.True(Session.Statistics.Ims.Dropped > 20_000);
        Sent.ToPhone.Clear();
        Talk(60);
        Assert.True(Tone.Heard(Decode(Sent.ToPhone, AudioCodec.Pcma), BrowserHertz, PhoneHertz, 8000) > TimeSpan.FromSeconds(1));
    }
}

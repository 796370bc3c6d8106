using System.Net;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

/// <summary>A whole session in virtual time, between a browser and a phone that each speak a tone of their own.</summary>
public sealed class MediaSessionTests : IDisposable
{
    private const int WebRtcSocket = 1;
    private const int RtpSocket = 2;
    private const int RtcpSocket = 3;
    private const double BrowserHertz = 500;
    private const double PhoneHertz = 1200;

    private static readonly IPEndPoint PhoneRtp = new(IPAddress.Parse("192.0.2.9"), 4000);
    private static readonly IPEndPoint PhoneRtcp = new(IPAddress.Parse("192.0.2.9"), 4001);
    private static readonly AudioFormat Pcmu = new(AudioCodec.Pcmu, 0, 8000);
    private static readonly AudioFormat Pcma = new(AudioCodec.Pcma, 8, 8000);
    private static readonly TimeSpan PacketTime = TimeSpan.FromMilliseconds(20);

    private readonly IceCredentials _ice = new("gate", "gatewaygatewaygateway1");
    private readonly VirtualBrowser _browser = new();
    private readonly MediaTransmitQueue _queue = new(64);
    private readonly MediaSession _session;
    private readonly List<byte[]> _toBrowser = [];
    private readonly List<byte[]> _toBrowserRtcp = [];
    private readonly List<byte[]> _toPhone = [];
    private readonly List<byte[]> _toPhoneRtcp = [];
    private readonly List<MediaEvent> _events = [];
    private Instant _now = new(TimeSpan.TicksPerDay);
    private int _spoken;
    private byte _codecNow;

    public MediaSessionTests() => _session = new MediaSession(
        new MediaSockets(WebRtcSocket, RtpSocket, RtcpSocket), new WebRtcPeer(_ice, _browser), new ManagedCodecs(),
        new EntropySource(new byte[32]), _queue);

    public void Dispose()
    {
        _session.Dispose();
        _browser.Dispose();
    }

    [Fact]
    public void EachSideHearsTheOtherAndNotItself()
    {
        Connect();
        Talk(100);

        Assert.True(Tone.Heard(Decode(_toPhone, AudioCodec.Pcma), BrowserHertz, PhoneHertz, 8000) > TimeSpan.FromSeconds(1.8));
        Assert.True(Tone.Heard(Decode(_toBrowser, AudioCodec.Pcmu), PhoneHertz, BrowserHertz, 8000) > TimeSpan.FromSeconds(1.8));
    }

    [Fact]
    public void ACodecInCommonIsPassedThroughBitForBit()
    {
        Connect(Stream(Pcma), Stream(Pcma));
        Talk(10);
        Assert.True(_session.WasRelayed);
        Assert.Equal(10, _toPhone.Count);
        for (var i = 0; i < 10; i++) Assert.Equal(Payload(BrowserHertz, AudioCodec.Pcma, i), Read(_toPhone[i]).Payload.ToArray());
    }

    [Fact]
    public void TellsOnceWhatConnectedAndWhoWasHeard()
    {
        Connect();
        Talk(3);
        Assert.Equal(
            [new IceConnected(), new DtlsConnected("SRTP_AEAD_AES_128_GCM"), new FirstWebRtcAudio(), new FirstImsAudio()],
            _events);
    }

    [Fact]
    public void HeldInOneDirectionTheOtherStillFlows()
    {
        Connect(Stream(Pcmu), Stream(Pcma) with { Direction = MediaDirection.SendOnly });
        Talk(20);
        Assert.NotEmpty(_toPhone);
        Assert.Empty(_toBrowser);

        _toPhone.Clear();
        _session.Apply(_now, Plan(Stream(Pcmu), Stream(Pcma) with { Direction = MediaDirection.Inactive }));
        Talk(20);
        Assert.Empty(_toPhone);
        Assert.Empty(_toBrowser);

        _session.Apply(_now, Plan(Stream(Pcmu), Stream(Pcma)));
        Talk(50);
        Assert.True(Tone.Heard(Decode(_toPhone, AudioCodec.Pcma), BrowserHertz, PhoneHertz, 8000) > TimeSpan.FromSeconds(0.8));
        Assert.True(Tone.Heard(Decode(_toBrowser, AudioCodec.Pcmu), PhoneHertz, BrowserHertz, 8000) > TimeSpan.FromSeconds(0.8));
    }

    [Fact]
    public void WithoutANetworkSideTheBrowserIsHeardByNobody()
    {
        _session.Apply(_now, new MediaPlan(VirtualBrowser.Plan(Stream(Pcmu)), null));
        VirtualBrowser.Connect(_now, _session, _ice);
        Talk(10);
        Assert.Empty(_toPhone);
        Assert.Contains(new FirstWebRtcAudio(), _events);
        Assert.Equal(10, _session.Statistics.WebRtc.PacketsReceived);
        Assert.Equal(10, _session.Statistics.Ims.Dropped);
    }

    [Fact]
    public void KeysReachTheOtherSideInItsOwnPayloadType()
    {
        Connect(Stream(Pcmu) with { TelephoneEvent = new(126, 8000) }, Stream(Pcma) with { TelephoneEvent = new(101, 8000) });
        FromBrowser(Event(126, 4));
        FromPhone(Event(101, 11));
        Run(TimeSpan.FromMilliseconds(100));

        Assert.Equal([new DigitRelayed('4', FromWebRtc: true), new DigitRelayed('#', FromWebRtc: false)], _events.OfType<DigitRelayed>());
        Assert.Equal(4, _toPhone.Count(p => Read(p).PayloadType == 101));
        Assert.Equal(4, _toBrowser.Count(p => Read(p).PayloadType == 126));
    }

    [Fact]
    public void KeysMayComeInAnyOfTheFormatsThatWereNegotiated()
    {
        TelephoneEventFormat wide = new(110, 48_000), narrow = new(126, 8000);
        Connect(Stream(Pcmu) with { TelephoneEvent = wide, ReceiveEvents = [wide, narrow] }, Stream(Pcma) with { TelephoneEvent = new(101, 8000) });
        FromBrowser(Event(126, 4));
        Run(TimeSpan.FromMilliseconds(100));

        Assert.Equal([new DigitRelayed('4', FromWebRtc: true)], _events.OfType<DigitRelayed>());
        Assert.Equal(4, _toPhone.Count(p => Read(p).PayloadType == 101));
    }

    [Fact]
    public void TheNetworkSideIsHeardFromItsAddressOrBeforeThatFromItsHost()
    {
        Connect();
        FromPhone(Audio(PhoneHertz, AudioCodec.Pcma, 8, 0), new IPEndPoint(IPAddress.Parse("192.0.2.66"), 4000));
        Assert.Equal(0, _session.Statistics.Ims.PacketsReceived);

        var otherPort = new IPEndPoint(PhoneRtp.Address, 9999);
        FromPhone(Audio(PhoneHertz, AudioCodec.Pcma, 8, 1), otherPort);
        Assert.Equal(1, _session.Statistics.Ims.PacketsReceived);

        FromPhone(Audio(PhoneHertz, AudioCodec.Pcma, 8, 2), PhoneRtp);
        FromPhone(Audio(PhoneHertz, AudioCodec.Pcma, 8, 3), otherPort);
        Assert.Equal(2, _session.Statistics.Ims.PacketsReceived);
        Assert.Equal(2, _session.Statistics.Ims.Dropped);
    }

    [Fact]
    public void ANetworkThatFallsSilentIsToldOnceUnlessTheCallIsHeld()
    {
        Connect();
        Talk(10);
        Run(TimeSpan.FromMinutes(4));
        FromBrowser(Audio(BrowserHertz, AudioCodec.Pcmu, _codecNow, _spoken));
        _session.ReceiveIms(_now, PhoneRtcp, new byte[] { 0x80, 201, 0, 1, 0, 0, 0, 20 }, rtcp: true);
        Run(TimeSpan.FromMinutes(4.9));
        Assert.DoesNotContain(new NetworkMediaLost(), _events);
        Run(TimeSpan.FromMinutes(6));
        Assert.Single(_events, new NetworkMediaLost());

        _events.Clear();
        _session.Apply(_now, Plan(Stream(Pcmu), Stream(Pcma) with { Direction = MediaDirection.SendOnly }));
        Run(TimeSpan.FromMinutes(20));
        Assert.DoesNotContain(new NetworkMediaLost(), _events);
        _session.Apply(_now, Plan(Stream(Pcmu), Stream(Pcma)));
        Run(TimeSpan.FromMinutes(4.9));
        Assert.DoesNotContain(new NetworkMediaLost(), _events);
        Run(TimeSpan.FromMinutes(1));
        Assert.Single(_events, new NetworkMediaLost());
    }

    [Fact]
    public void AnExactSourceIsTheOneOfTheDescriptionAndNoOther()
    {
        using var session = new MediaSession(
            new MediaSockets(WebRtcSocket, RtpSocket, RtcpSocket), new WebRtcPeer(_ice, _browser), new ManagedCodecs(), new EntropySource(new byte[32]),
            _queue, new MediaSessionOptions(null, ExactSource: true));
        session.Apply(_now, Plan(Stream(Pcma), Stream(Pcma)));
        session.ReceiveIms(_now, new IPEndPoint(PhoneRtp.Address, 4999), Audio(PhoneHertz, AudioCodec.Pcma, 8, 1), rtcp: false);
        Assert.Equal((0, 1), (session.Statistics.Ims.PacketsReceived, session.Statistics.Ims.Dropped));
        session.ReceiveIms(_now, PhoneRtp, Audio(PhoneHertz, AudioCodec.Pcma, 8, 1), rtcp: false);
        Assert.Equal(1, session.Statistics.Ims.PacketsReceived);
    }

    [Fact]
    public void NothingIsSentToAnAddressThatIsNone()
    {
        var nowhere = new IPEndPoint(IPAddress.Any, 4000);
        _session.Apply(_now, new MediaPlan(VirtualBrowser.Plan(Stream(Pcmu)), new ImsLegPlan(nowhere, nowhere, false, Stream(Pcma))));
        VirtualBrowser.Connect(_now, _session, _ice);
        Talk(300);
        Assert.Empty(_toPhone);
        Assert.Empty(_toPhoneRtcp);
    }

    [Fact]
    public void BothPeersGetReportsAboutWhatTheySendAndAGoodbye()
    {
        Connect();
        Talk(500);
        AssertReports(_toBrowserRtcp, ssrc: 10);
        AssertReports(_toPhoneRtcp, ssrc: 20);

        var before = (_toBrowserRtcp.Count, _toPhoneRtcp.Count);
        _session.Close(_now);
        Drain();
        Assert.Equal((before.Item1 + 1, before.Item2 + 1), (_toBrowserRtcp.Count, _toPhoneRtcp.Count));
        Assert.Contains(RtcpType.Goodbye, Types(_toBrowserRtcp[^1]));
        Assert.Contains(RtcpType.Goodbye, Types(_toPhoneRtcp[^1]));
    }

    [Fact]
    public void RtcpSharesThePortOnlyWhereItWasNegotiated()
    {
        var plan = new ImsLegPlan(PhoneRtp, PhoneRtp, RtcpMux: true, Stream(Pcma));
        _session.Apply(_now, new MediaPlan(VirtualBrowser.Plan(Stream(Pcmu)), plan));
        VirtualBrowser.Connect(_now, _session, _ice);
        var report = new byte[100];
        var writer = new RtcpWriter(report);
        writer.WriteReceiverReport(20, []);
        FromPhone(report[..writer.Length]);
        Talk(1);
        Assert.Equal(0, _session.Statistics.Ims.Dropped);
        Run(TimeSpan.FromSeconds(5));
        Assert.NotEmpty(_toPhoneRtcp);
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

        Assert.True(Tone.Heard(Decode(_toBrowser, AudioCodec.Pcmu), PhoneHertz, 300, 8000) > TimeSpan.FromMilliseconds(850));
        for (var i = 50; i < 100; i++)
        {
            FromPhone(Audio(300, AudioCodec.Pcma, 8, i, ssrc: 77));
            Run(PacketTime);
        }

        Assert.True(Tone.Heard(Decode(_toBrowser[50..], AudioCodec.Pcmu), 300, PhoneHertz, 8000) > TimeSpan.FromMilliseconds(700));
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
            _session.ReceiveIms(_now, PhoneRtp, bytes, rtcp: false);
            _session.ReceiveIms(_now, PhoneRtcp, bytes, rtcp: true);
            _session.ReceiveWebRtc(_now, VirtualBrowser.Address, bytes);
            if (i % 50 == 0) Run(PacketTime);
            _queue.Clear();
        }

        Assert.True(_session.Statistics.Ims.Dropped > 20_000);
        _toPhone.Clear();
        Talk(60);
        Assert.True(Tone.Heard(Decode(_toPhone, AudioCodec.Pcma), BrowserHertz, PhoneHertz, 8000) > TimeSpan.FromSeconds(1));
    }

    /// <summary>A quarter of an hour: beyond where the sixteen bits of a sequence number have gone half round.</summary>
    [Fact]
    public void ALongCallIsHeardToItsEnd()
    {
        Connect(Stream(Pcma), Stream(Pcma));
        var packet = Audio(BrowserHertz, AudioCodec.Pcma, 8, 0);
        for (var i = 0; i < 45_000; i++)
        {
            RtpPacket.WriteHeader(packet, 8, false, (ushort)i, (uint)(i * 160), 10);
            _session.ReceiveWebRtc(_now, VirtualBrowser.Address, _browser.Protect(packet));
            _queue.Clear();
            _now += PacketTime;
        }

        Assert.Equal(45_000, _session.Statistics.Ims.PacketsSent);
    }

    [Fact]
    public void NothingIsAllocatedPerPacket()
    {
        Connect();
        Assert.Equal(0, AllocatedByTalking());
        _session.Apply(_now, Plan(Stream(Pcma), Stream(Pcma)));
        Assert.Equal(0, AllocatedByTalking());
    }

    private long AllocatedByTalking()
    {
        // Made beforehand, since making them allocates; the first few warm up what is created once.
        (byte[] Browser, byte[] Phone)[] spoken =
        [
            .. Enumerable.Range(_spoken, 1000).Select(i => (
                Audio(BrowserHertz, _codecNow == 8 ? AudioCodec.Pcma : AudioCodec.Pcmu, _codecNow, i),
                Audio(PhoneHertz, AudioCodec.Pcma, 8, i, ssrc: 20))),
        ];
        _spoken += spoken.Length;
        var before = 0L;
        for (var i = 0; i < spoken.Length; i++)
        {
            if (i == 200) before = GC.GetAllocatedBytesForCurrentThread();
            _session.ReceiveWebRtc(_now, VirtualBrowser.Address, _browser.Protect(spoken[i].Browser));
            _session.ReceiveIms(_now, PhoneRtp, spoken[i].Phone, rtcp: false);
            _now += PacketTime;
            _session.HandleTimeout(_now);
            _queue.Clear();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static AudioStream Stream(AudioFormat format) => new(format, [format], null, PacketTime, MediaDirection.SendReceive);

    private MediaPlan Plan(AudioStream browser, AudioStream phone)
    {
        _codecNow = browser.Send.PayloadType;
        return new MediaPlan(VirtualBrowser.Plan(browser), new ImsLegPlan(PhoneRtp, PhoneRtcp, false, phone));
    }

    private void Connect(AudioStream? browser = null, AudioStream? phone = null)
    {
        _session.Apply(_now, Plan(browser ?? Stream(Pcmu), phone ?? Stream(Pcma)));
        VirtualBrowser.Connect(_now, _session, _ice);
        Drain();
    }

    /// <summary>Both speak for so many packets of 20 ms.</summary>
    private void Talk(int packets)
    {
        for (var i = 0; i < packets; i++)
        {
            FromBrowser(Audio(BrowserHertz, _codecNow == 8 ? AudioCodec.Pcma : AudioCodec.Pcmu, _codecNow, _spoken, ssrc: 10));
            FromPhone(Audio(PhoneHertz, AudioCodec.Pcma, 8, _spoken, ssrc: 20));
            _spoken++;
            Run(PacketTime);
        }
    }

    private static byte[] Audio(double hertz, AudioCodec codec, byte payloadType, int index, uint ssrc = 10)
    {
        var bytes = new byte[RtpPacket.HeaderSize + 160];
        RtpPacket.WriteHeader(bytes, payloadType, false, (ushort)(65_500 + index), (uint)(index * 160), ssrc);
        Payload(hertz, codec, index).CopyTo(bytes, RtpPacket.HeaderSize);
        return bytes;
    }

    private static byte[] Payload(double hertz, AudioCodec codec, int index)
    {
        var (samples, payload) = (new short[160], new byte[160]);
        for (var i = 0; i < 160; i++) samples[i] = (short)(12_000 * Math.Sin(2 * Math.PI * hertz / 8000 * (index * 160 + i)));
        new G711Encoder(codec).Encode(samples, payload);
        return payload;
    }

    private static byte[] Event(byte payloadType, byte code)
    {
        var bytes = new byte[RtpPacket.HeaderSize + TelephoneEvent.Size];
        RtpPacket.WriteHeader(bytes, payloadType, true, 65_400, 7777, payloadType == 126 ? 10u : 20u);
        new TelephoneEvent(code, true, 10, 800).Write(bytes.AsSpan(RtpPacket.HeaderSize));
        return bytes;
    }

    private void FromBrowser(byte[] packet)
    {
        var before = _session.NextTimeout;
        _session.ReceiveWebRtc(_now, VirtualBrowser.Address, _browser.Protect(packet));
        AssertKeepsTimeout(before);
        Drain();
    }

    private void FromPhone(byte[] packet, IPEndPoint? from = null)
    {
        var before = _session.NextTimeout;
        _session.ReceiveIms(_now, from ?? PhoneRtp, packet, rtcp: false);
        AssertKeepsTimeout(before);
        Drain();
    }

    /// <summary>An owner does not look at the deadline again after a relayed packet.</summary>
    private void AssertKeepsTimeout(Instant? before)
    {
        if (_session.WasRelayed) Assert.True(before <= _session.NextTimeout, "a relayed packet brought the deadline closer");
    }

    private void Run(TimeSpan duration) => _session.Run(ref _now, duration, Drain);

    private void Drain()
    {
        for (var i = 0; i < _queue.Count; i++)
        {
            var transmit = _queue[i];
            var bytes = _queue.Memory.AsSpan(transmit.Offset, transmit.Length);
            switch (transmit.Socket)
            {
                case WebRtcSocket when Datagram.Classify(bytes) is var kind and (DatagramKind.Rtp or DatagramKind.Rtcp):
                    Assert.Equal(VirtualBrowser.Address, transmit.Remote);
                    (kind == DatagramKind.Rtp ? _toBrowser : _toBrowserRtcp).Add(_browser.Unprotect(bytes, kind == DatagramKind.Rtcp));
                    break;
                case RtpSocket:
                    Assert.Equal(PhoneRtp, transmit.Remote);
                    (bytes[1] is >= 192 and <= 223 ? _toPhoneRtcp : _toPhone).Add(bytes.ToArray());
                    break;
                case RtcpSocket:
                    Assert.Equal(PhoneRtcp, transmit.Remote);
                    _toPhoneRtcp.Add(bytes.ToArray());
                    break;
            }
        }

        _queue.Clear();
        while (_session.TryDequeue(out var mediaEvent)) _events.Add(mediaEvent);
    }

    private static RtpPacket Read(byte[] bytes)
    {
        Assert.True(RtpPacket.TryParse(bytes, out var packet));
        return packet;
    }

    private static short[] Decode(List<byte[]> packets, AudioCodec codec)
    {
        var (decoder, samples, heard) = (new G711Decoder(codec), new short[160], new List<short>());
        foreach (var packet in packets) heard.AddRange(samples[..decoder.Decode(Read(packet).Payload, samples)]);
        return [.. heard];
    }

    private static List<RtcpType> Types(byte[] compound)
    {
        var types = new List<RtcpType>();
        var reader = new RtcpReader(compound);
        while (reader.TryRead(out var packet)) types.Add(packet.Type);
        return types;
    }

    private static void AssertReports(List<byte[]> reports, uint ssrc)
    {
        // 10 s at half to one and a half times 5 s, the first after half of that.
        Assert.InRange(reports.Count, 1, 5);
        foreach (var compound in reports)
        {
            var reader = new RtcpReader(compound);
            Assert.True(reader.TryRead(out var report));
            Assert.Equal(RtcpType.SenderReport, report.Type);
            Assert.Equal((ssrc, 0, (byte)0), (report.Report(0).Ssrc, report.Report(0).CumulativeLost, report.Report(0).FractionLost));
            Assert.True(reader.TryRead(out var description));
            Assert.Equal(RtcpType.SourceDescription, description.Type);
        }
    }
}

using System.Net;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

/// <summary>SRTP towards the network, with keys that came by the descriptions.</summary>
public sealed class SecuredNetworkTests : IDisposable
{
    private const int RtpSocket = 2;
    private const int RtcpSocket = 3;

    private static readonly IPEndPoint Phone = new(IPAddress.Parse("192.0.2.9"), 4000);
    private static readonly IPEndPoint PhoneRtcp = new(Phone.Address, 4001);
    private static readonly IPEndPoint Stranger = new(Phone.Address, 4444);
    private static readonly AudioFormat Pcma = new(AudioCodec.Pcma, 8, 8000);
    private static readonly SrtpMasterKey Ours = Key(1);
    private static readonly SrtpMasterKey Theirs = Key(2);

    private readonly IceCredentials _ice = new("gate", "gatewaygatewaygateway1");
    private VirtualBrowser _browser = new();
    private readonly MediaTransmitQueue _queue = new(64);
    private readonly List<byte[]> _toPhone = [];
    private MediaSession _session;
    private Instant _now = new(TimeSpan.TicksPerDay);
    private ushort _sequence = 65_530;

    public SecuredNetworkTests() => _session = new MediaSession(
        new MediaSockets(1, RtpSocket, RtcpSocket), new WebRtcPeer(_ice, _browser), new ManagedCodecs(), new EntropySource(new byte[32]), _queue);

    public void Dispose()
    {
        _session.Dispose();
        _browser.Dispose();
    }

    public static readonly TheoryData<SrtpProfile> Suites = [SrtpProfile.Aes128CmHmacSha1, SrtpProfile.Aes128CmHmacSha1Short];

    [Theory]
    [MemberData(nameof(Suites))]
    public void AudioAndReportsGoThroughBothWaysUnderTheKeysOfBothSides(SrtpProfile suite)
    {
        Connect(suite);
        using var phoneSends = new SrtpContext(suite, Theirs);
        using var phoneReceives = new SrtpContext(suite, Ours);
        for (var i = 0; i < 20; i++)
        {
            _session.ReceiveWebRtc(_now, VirtualBrowser.Address, _browser.Protect(Packet()));
            _session.ReceiveIms(_now, Phone, Protect(phoneSends, Packet(20)), rtcp: false);
            _sequence++;
            Drain();
        }

        Assert.Equal((20, 0), (_session.Statistics.Ims.PacketsReceived, _session.Statistics.Ims.Dropped));
        Assert.Equal(20, _toPhone.Count);
        foreach (var packet in _toPhone)
        {
            Assert.NotEqual(Packet()[12..], packet[12..172]);
            Assert.Equal(172, phoneReceives.UnprotectRtp(packet, out _));
            Assert.Equal(Packet()[12..], packet[12..172]);
        }

        _toPhone.Clear();
        _session.Close(_now);
        Drain(RtcpSocket);
        var goodbye = Assert.Single(_toPhone);
        Assert.True(phoneReceives.UnprotectRtcp(goodbye, out _) > 0);
    }

    [Fact]
    public void WhatIsPlainForgedOrReplayedIsDroppedAndNobodyIsLatchedOntoByIt()
    {
        Connect(SrtpProfile.Aes128CmHmacSha1);
        using var phone = new SrtpContext(SrtpProfile.Aes128CmHmacSha1, Theirs);
        using var other = new SrtpContext(SrtpProfile.Aes128CmHmacSha1, Key(9));
        _session.ReceiveIms(_now, Stranger, Packet(), rtcp: false);
        _session.ReceiveIms(_now, Stranger, Protect(other, Packet()), rtcp: false);
        _session.ReceiveIms(_now, Stranger, new byte[] { 0x80, 200, 0, 1, 0, 0, 0, 1 }, rtcp: true);
        Assert.Equal((0, 3), (_session.Statistics.Ims.PacketsReceived, _session.Statistics.Ims.Dropped));

        var good = Protect(phone, Packet());
        _session.ReceiveIms(_now, Stranger, good.ToArray(), rtcp: false);
        _session.ReceiveIms(_now, Stranger, good, rtcp: false);
        Assert.Equal((1, 4), (_session.Statistics.Ims.PacketsReceived, _session.Statistics.Ims.Dropped));
    }

    [Fact]
    public void APlanWithTheSameKeysGoesOnAndANewKeyOfThePeerIsTakenUp()
    {
        const SrtpProfile suite = SrtpProfile.Aes128CmHmacSha1;
        Connect(suite);
        using var phone = new SrtpContext(suite, Theirs);
        using var phoneReceives = new SrtpContext(suite, Ours);
        for (var i = 0; i < 10; i++, _sequence++) _session.ReceiveIms(_now, Phone, Protect(phone, Packet(20)), rtcp: false);
        _session.Apply(_now, Plan(suite, Key(2)));
        for (var i = 0; i < 10; i++, _sequence++) _session.ReceiveIms(_now, Phone, Protect(phone, Packet(20)), rtcp: false);
        Assert.Equal((20, 0), (_session.Statistics.Ims.PacketsReceived, _session.Statistics.Ims.Dropped));

        _session.Apply(_now, Plan(suite, Key(3)));
        using var rekeyed = new SrtpContext(suite, Key(3));
        _session.ReceiveIms(_now, Phone, Protect(rekeyed, Packet(20)), rtcp: false);
        Assert.Equal((21, 0), (_session.Statistics.Ims.PacketsReceived, _session.Statistics.Ims.Dropped));
        _session.ReceiveWebRtc(_now, VirtualBrowser.Address, _browser.Protect(Packet()));
        Drain();
        Assert.Equal(172, phoneReceives.UnprotectRtp(_toPhone[^1], out _));
    }

    [Fact]
    public void ASecuredCallMovesWithItsCounters()
    {
        const SrtpProfile suite = SrtpProfile.Aes128CmHmacSha1Short;
        Connect(suite);
        using var phone = new SrtpContext(suite, Theirs);
        using var phoneReceives = new SrtpContext(suite, Ours);
        Talk(20, phone, phoneReceives);
        var saved = _session.Save(_now, DateTimeOffset.UnixEpoch)!;
        _session.Dispose();
        _session = new MediaSession(
            _now, DateTimeOffset.UnixEpoch, saved, new MediaSockets(1, RtpSocket, RtcpSocket), _browser, new ManagedCodecs(), new EntropySource(new byte[32]), _queue);
        Talk(20, phone, phoneReceives);
        Assert.Equal((40, 0), (_session.Statistics.Ims.PacketsReceived, _session.Statistics.Ims.Dropped));
    }

    /// <summary>What the new node knows of the counter may be from before the last wrap, and the peer may begin anew.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void AtANewNodeAPeerIsHeardThatKeepsItsKeyOrOnlyItsCounter(int wrapsMeanwhile)
    {
        const SrtpProfile suite = SrtpProfile.Aes128CmHmacSha1Short;
        Connect(suite);
        using var phone = new SrtpContext(suite, Theirs);
        using var phoneReceives = new SrtpContext(suite, Ours);
        Talk(20, phone, phoneReceives);
        Assert.Equal(new ImsRolledOver(1, IsVideo: false), ToldOfCounter());
        Assert.Null(ToldOfCounter());
        Wrap(wrapsMeanwhile, phone);
        var phonesState = phone.Save();

        GoOnElsewhere(Leg(suite, Theirs, ours: Key(5), rollOver: 1));
        using var receivesNew = new SrtpContext(suite, Key(5));
        Talk(20, phone, receivesNew);
        Assert.Equal((20, 0), (_session.Statistics.Ims.PacketsReceived, _session.Statistics.Ims.Dropped));
        Assert.Equal(new ImsRolledOver(1 + (uint)wrapsMeanwhile, IsVideo: false), ToldOfCounter());

        // RFC 3711 section 3.3.1: a new key does not set the counter back.
        using var rekeyed = new SrtpContext(phonesState with { Master = Key(3) });
        GoOnElsewhere(Leg(suite, Key(3), ours: Key(6), rollOver: 1));
        using var receivesNewer = new SrtpContext(suite, Key(6));
        Talk(20, rekeyed, receivesNewer);
        Assert.Equal((20, 0), (_session.Statistics.Ims.PacketsReceived, _session.Statistics.Ims.Dropped));

        // As some peers do all the same.
        using var begunAnew = new SrtpContext(suite, Theirs);
        GoOnElsewhere(Leg(suite, Theirs, ours: Key(7), rollOver: 1));
        using var receivesNewest = new SrtpContext(suite, Key(7));
        Talk(20, begunAnew, receivesNewest);
        Assert.Equal((20, 0), (_session.Statistics.Ims.PacketsReceived, _session.Statistics.Ims.Dropped));
    }

    private ImsRolledOver? ToldOfCounter()
    {
        _session.Run(ref _now, TimeSpan.FromSeconds(10), _queue.Clear);
        List<MediaEvent> told = [];
        while (_session.TryDequeue(out var mediaEvent)) told.Add(mediaEvent);
        return told.OfType<ImsRolledOver>().SingleOrDefault();
    }

    /// <summary>Packets that nobody hears.</summary>
    private void Wrap(int times, SrtpContext phone)
    {
        for (var i = 0; i < times * 8; i++, _sequence += 8192) Protect(phone, Packet(20));
    }

    private void GoOnElsewhere(ImsLegPlan leg)
    {
        Dispose();
        _browser = new VirtualBrowser();
        _session = new MediaSession(
            new MediaSockets(1, RtpSocket, RtcpSocket), new WebRtcPeer(_ice, _browser), new ManagedCodecs(), new EntropySource([.. Enumerable.Repeat((byte)_sequence, 32)]), _queue);
        _session.Apply(_now, new MediaPlan(VirtualBrowser.Plan(Stream()), leg));
        VirtualBrowser.Connect(_now, _session, _ice);
        _queue.Clear();
    }

    private static SrtpMasterKey Key(byte seed) => new(Enumerable.Repeat(seed, 16).ToArray(), Enumerable.Repeat(seed, 14).ToArray());

    private static ImsLegPlan Leg(SrtpProfile suite, SrtpMasterKey theirs, SrtpMasterKey? ours = null, uint rollOver = 0) =>
        new(Phone, PhoneRtcp, false, Stream()) { Srtp = new SrtpKeys(suite, ours ?? Ours, theirs) { RollOver = rollOver } };

    private static MediaPlan Plan(SrtpProfile suite, SrtpMasterKey theirs) => new(VirtualBrowser.Plan(Stream()), Leg(suite, theirs));

    private static AudioStream Stream() => new(Pcma, [Pcma], null, TimeSpan.FromMilliseconds(20), MediaDirection.SendReceive);

    private static byte[] Protect(SrtpContext context, byte[] packet)
    {
        var buffer = new byte[packet.Length + SrtpContext.MaxOverhead];
        packet.CopyTo(buffer, 0);
        return buffer[..context.ProtectRtp(buffer, packet.Length, out _)];
    }

    private void Connect(SrtpProfile suite)
    {
        _session.Apply(_now, Plan(suite, Theirs));
        VirtualBrowser.Connect(_now, _session, _ice);
        _queue.Clear();
    }

    private void Talk(int packets, SrtpContext phone, SrtpContext phoneReceives)
    {
        for (var i = 0; i < packets; i++, _sequence++)
        {
            _session.ReceiveIms(_now, Phone, Protect(phone, Packet(20)), rtcp: false);
            _session.ReceiveWebRtc(_now, VirtualBrowser.Address, _browser.Protect(Packet()));
            Drain();
            Assert.Equal(172, phoneReceives.UnprotectRtp(_toPhone[^1], out _));
        }
    }

    private byte[] Packet(uint ssrc = 10)
    {
        var bytes = new byte[RtpPacket.HeaderSize + 160];
        RtpPacket.WriteHeader(bytes, 8, false, _sequence, _sequence * 160u, ssrc);
        bytes.AsSpan(RtpPacket.HeaderSize).Fill(0xD5);
        return bytes;
    }

    private void Drain(int socket = RtpSocket)
    {
        for (var i = 0; i < _queue.Count; i++)
        {
            if (_queue[i].Socket == socket) _toPhone.Add(_queue.Memory.AsSpan(_queue[i].Offset, _queue[i].Length).ToArray());
        }

        _queue.Clear();
    }
}

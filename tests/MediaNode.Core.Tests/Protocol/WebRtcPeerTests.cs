using System.Net;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Dtls;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.Tests.TestKit.WebRtc;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol;

/// <summary>The node's end against a full ICE client, in virtual time on a path that delays, reorders and loses.</summary>
public sealed class WebRtcPeerTests : IDisposable
{
    private static readonly IPEndPoint Node = IPEndPoint.Parse("192.0.2.10:20000");
    private static readonly IPEndPoint Home = IPEndPoint.Parse("203.0.113.1:50000");
    private static readonly IPEndPoint Mobile = IPEndPoint.Parse("198.51.100.1:60000");
    private static readonly IceCredentials LocalIce = new("node", "abcdefghijklmnopqrstuv");
    private static readonly AudioStream Audio = new(
        new AudioFormat(AudioCodec.Opus, 111, 48_000), [], null, TimeSpan.FromMilliseconds(20), MediaDirection.SendReceive);

    private readonly EntropySource _entropy = new([.. Enumerable.Repeat((byte)7, 32)]);
    private readonly ScriptedDtls _nodeDtls = new([1, 2, 3]);
    private readonly ScriptedDtls _clientDtls = new([4, 5, 6]);
    private readonly VirtualPath _path;
    private readonly WebRtcPeer _peer;
    private readonly RtcClient _client;
    private readonly List<MediaEvent> _events = [];
    private readonly List<byte[]> _heardByNode = [];
    private readonly List<byte[]> _heardByClient = [];
    private Instant _now = new(5_000_000);
    private IPEndPoint _clientAddress = Home;

    public WebRtcPeerTests()
    {
        _path = new VirtualPath(_entropy);
        _peer = new WebRtcPeer(LocalIce, _nodeDtls);
        _client = new RtcClient(_entropy, _clientDtls, _clientDtls.Fingerprint);
    }

    public void Dispose()
    {
        _peer.Dispose();
        _client.Dispose();
    }

    private WebRtcLegPlan Plan(bool dtlsClient = false, DtlsFingerprint? fingerprint = null) =>
        new(_client.Ice, fingerprint ?? _clientDtls.Fingerprint, dtlsClient, Audio);

    private void ConnectClient(bool nodeIsDtlsClient = false) =>
        _client.Connect(_now, Node, LocalIce, _nodeDtls.Fingerprint, dtlsClient: !nodeIsDtlsClient);

    /// <summary>Lets virtual time pass, from one deadline or arrival to the next.</summary>
    private void Run(double seconds)
    {
        var end = _now + TimeSpan.FromSeconds(seconds);
        while (true)
        {
            Drain();
            var next = Instant.Earliest(_path.NextArrival, Instant.Earliest(_peer.NextTimeout, _client.NextTimeout));
            if (next is null || next > end) break;
            if (next > _now) _now = next.Value;
            while (_path.TryReceive(_now, out var arrived)) Arrive(arrived.From, arrived.To, arrived.Datagram);
            _peer.HandleTimeout(_now);
            _client.HandleTimeout(_now);
        }
        _now = end;
    }

    private void Arrive(IPEndPoint from, IPEndPoint to, byte[] datagram)
    {
        if (to.Equals(Node))
        {
            if (_peer.Receive(_now, from, datagram, out var length) != PeerPacketKind.None) _heardByNode.Add(datagram[..length]);
        }
        else if (to.Equals(_clientAddress) && _client.Receive(_now, datagram, out var length) != PeerPacketKind.None)
        {
            _heardByClient.Add(datagram[..length]);
        }
    }

    private void Drain()
    {
        while (_peer.TryDequeue(out PeerTransmit transmit)) _path.Send(_now, Node, transmit.Remote, transmit.Datagram.Span);
        while (_peer.TryDequeue(out MediaEvent? mediaEvent)) _events.Add(mediaEvent);
        while (_client.TryDequeue(out var datagram)) _path.Send(_now, _clientAddress, Node, datagram);
    }

    private static byte[] Packet(ushort sequence, bool rtcp = false)
    {
        var packet = new byte[52];
        RtpPacket.WriteHeader(packet, (byte)(rtcp ? 72 : 111), rtcp, sequence, sequence, 99);
        packet.AsSpan(12).Fill((byte)sequence);
        return packet;
    }

    private void SendFromNode(byte[] packet, bool rtcp = false)
    {
        var buffer = new byte[packet.Length + WebRtcPeer.MaxOverhead];
        packet.CopyTo(buffer, 0);
        var length = rtcp ? _peer.ProtectRtcp(buffer, packet.Length) : _peer.ProtectRtp(buffer, packet.Length);
        if (length > 0) _path.Send(_now, Node, _peer.Remote!, buffer.AsSpan(0, length));
    }

    private byte[] FromClient(byte[] packet)
    {
        var buffer = new byte[packet.Length + WebRtcPeer.MaxOverhead];
        packet.CopyTo(buffer, 0);
        return buffer[.._client.ProtectRtp(buffer, packet.Length)];
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(false, 30)]
    [InlineData(true, 30)]
    public void Both_roles_connect_over_a_lossy_path_and_media_flows_both_ways(bool nodeIsDtlsClient, int loss)
    {
        _path.Loss = loss;
        _path.Jitter = TimeSpan.FromMilliseconds(15);
        _peer.Configure(_now, Plan(nodeIsDtlsClient));
        ConnectClient(nodeIsDtlsClient);
        Run(15);
        Assert.True(_client.IsConnected);
        Assert.True(_peer.CanSend);
        Assert.Equal(Home, _peer.Remote);
        Assert.Equal(Home, _client.MappedAddress);
        Assert.Equal([new IceConnected(), new DtlsConnected("SRTP_AEAD_AES_128_GCM")], _events);

        for (ushort sequence = 0; sequence < 200; sequence++)
        {
            SendFromNode(Packet(sequence));
            _path.Send(_now, Home, Node, FromClient(Packet(sequence)));
            Run(0.02);
        }
        Run(1);
        Assert.InRange(_heardByNode.Count, loss == 0 ? 200 : 100, 200);
        Assert.InRange(_heardByClient.Count, loss == 0 ? 200 : 100, 200);
        Assert.All(_heardByNode.Concat(_heardByClient), packet => Assert.Equal(Packet(packet[3]), packet));
    }

    [Fact]
    public void Rtcp_is_told_from_rtp()
    {
        _peer.Configure(_now, Plan());
        ConnectClient();
        Run(2);
        var buffer = new byte[100];
        Packet(1, rtcp: true).CopyTo(buffer, 0);
        var protectedPacket = buffer[.._client.ProtectRtcp(buffer, 52)];
        Assert.Equal(PeerPacketKind.Rtcp, _peer.Receive(_now, Home, protectedPacket, out var length));
        Assert.Equal(52, length);
        SendFromNode(Packet(1, rtcp: true), rtcp: true);
        Run(1);
        Assert.Equal(Packet(1, rtcp: true), Assert.Single(_heardByClient));
    }

    [Fact]
    public void A_browser_that_is_faster_than_its_answer_loses_no_time()
    {
        _path.Latency = TimeSpan.FromMilliseconds(1);
        ConnectClient();
        Run(0.5);
        Assert.Contains(new IceConnected(), _events);
        Assert.DoesNotContain(_events, e => e is DtlsConnected);
        _peer.Configure(_now, Plan());
        Run(0.1);
        Assert.Contains(_events, e => e is DtlsConnected);
        Assert.True(_client.IsConnected);
    }

    [Fact]
    public void A_certificate_that_was_not_announced_ends_the_media()
    {
        _peer.Configure(_now, Plan(fingerprint: DtlsFingerprint.Of([9, 9, 9])));
        ConnectClient();
        Run(3);
        Assert.Contains(new DtlsFailed("fingerprint mismatch"), _events);
        Assert.False(_peer.CanSend);
        Assert.Equal(0, _peer.ProtectRtp(new byte[100], 52));
    }

    [Fact]
    public void A_fatal_alert_is_told_once()
    {
        _peer.Configure(_now, Plan());
        _client.Connect(_now, Node, LocalIce, _nodeDtls.Fingerprint, dtlsClient: false);
        Run(1);
        byte[] alert = [22, 6];
        _peer.Receive(_now, Home, alert, out _);
        _peer.Receive(_now, Home, alert, out _);
        Run(1);
        Assert.Single(_events, new DtlsFailed("alert"));
    }

    [Fact]
    public void A_browser_that_moves_is_followed()
    {
        _peer.Configure(_now, Plan());
        ConnectClient();
        Run(2);
        _clientAddress = Mobile;
        Assert.Equal(PeerPacketKind.None, _peer.Receive(_now, Mobile, FromClient(Packet(1)), out _));
        Assert.Equal(1, _peer.Dropped(WebRtcDrop.UnvalidatedAddress));
        _client.Nominate(_now);
        Run(0.1);
        Assert.Equal(Mobile, _peer.Remote);
        SendFromNode(Packet(2));
        Run(0.1);
        Assert.Single(_heardByClient);
        Assert.Equal(PeerPacketKind.Rtp, _peer.Receive(_now, Mobile, FromClient(Packet(3)), out _));
        Assert.Single(_events, new IceConnected());
    }

    [Fact]
    public void Silence_of_30_seconds_is_told_once_and_checks_alone_keep_the_peer()
    {
        _peer.Configure(_now, Plan());
        ConnectClient();
        Run(120);
        Assert.DoesNotContain(new WebRtcPeerLost(), _events);
        _client.Checks = false;
        Run(26);
        Assert.DoesNotContain(new WebRtcPeerLost(), _events);
        Run(100);
        Assert.Single(_events, new WebRtcPeerLost());
        Assert.Null(_peer.NextTimeout);
    }

    [Fact]
    public void Authentic_media_counts_as_a_sign_of_life()
    {
        _peer.Configure(_now, Plan());
        ConnectClient();
        Run(2);
        _client.Checks = false;
        for (ushort i = 0; i < 10; i++)
        {
            Run(10);
            Assert.Equal(PeerPacketKind.Rtp, _peer.Receive(_now, Home, FromClient(Packet(i)), out _));
        }
        Assert.DoesNotContain(new WebRtcPeerLost(), _events);
    }

    [Fact]
    public void A_peer_that_never_comes_is_lost_after_30_seconds()
    {
        _peer.Configure(_now, Plan());
        Run(31);
        Assert.Equal([new WebRtcPeerLost()], _events);
    }

    [Fact]
    public void A_second_plan_changes_nothing_of_the_association()
    {
        _peer.Configure(_now, Plan());
        ConnectClient();
        Run(2);
        _peer.Configure(_now, Plan() with { Audio = Audio with { Direction = MediaDirection.Inactive } });
        Assert.True(_peer.CanSend);
        Assert.Equal(PeerPacketKind.Rtp, _peer.Receive(_now, Home, FromClient(Packet(1)), out _));
    }

    [Fact]
    public void A_restart_of_ice_moves_the_peer_without_a_handshake()
    {
        _peer.Configure(_now, Plan());
        ConnectClient();
        Run(2);
        _events.Clear();
        _clientAddress = Mobile;
        _client.RestartIce();
        var restarted = LocalIce.Next();
        _peer.Configure(_now, Plan() with { LocalIce = restarted });
        Assert.Equal(Home, _peer.Remote);
        Assert.True(_peer.CanSend);
        _client.Follow(_now, Node, restarted);
        Run(2);
        Assert.Equal(Mobile, _peer.Remote);
        Assert.Empty(_events);
        Assert.Empty(_client.CheckErrors);
        _path.Send(_now, Mobile, Node, FromClient(Packet(1)));
        SendFromNode(Packet(2));
        Run(1);
        Assert.Equal(Packet(1), Assert.Single(_heardByNode));
        Assert.Equal(Packet(2), Assert.Single(_heardByClient));
        Assert.Equal(restarted, _peer.Save()!.Local);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_plan_with_another_certificate_is_another_browser(bool nodeIsDtlsClient)
    {
        _peer.Configure(_now, Plan());
        ConnectClient();
        Run(2);
        _events.Clear();
        var stale = FromClient(Packet(1));
        var dtls = new ScriptedDtls([7, 8, 9]);
        using var reloaded = new RtcClient(_entropy, dtls, dtls.Fingerprint);
        var restarted = LocalIce.Next();
        _peer.Configure(_now, new WebRtcLegPlan(reloaded.Ice, dtls.Fingerprint, nodeIsDtlsClient, Audio) { LocalIce = restarted });
        Assert.False(_peer.CanSend);
        Assert.Null(_peer.Save());
        Assert.Equal(PeerPacketKind.None, _peer.Receive(_now, Home, stale, out _));

        reloaded.Connect(_now, Node, restarted, _nodeDtls.Fingerprint, dtlsClient: !nodeIsDtlsClient);
        for (var i = 0; i < 400 && !(reloaded.IsConnected && _peer.CanSend); i++)
        {
            while (reloaded.TryDequeue(out var datagram)) _peer.Receive(_now, Mobile, datagram, out _);
            while (_peer.TryDequeue(out PeerTransmit transmit))
            {
                if (transmit.Remote.Equals(Mobile)) reloaded.Receive(_now, transmit.Datagram.ToArray(), out _);
            }

            _now += TimeSpan.FromMilliseconds(10);
            reloaded.HandleTimeout(_now);
            _peer.HandleTimeout(_now);
        }

        Drain();
        Assert.Equal([new IceConnected(), new DtlsConnected("SRTP_AEAD_AES_128_GCM")], _events);
        var buffer = new byte[52 + WebRtcPeer.MaxOverhead];
        Packet(1).CopyTo(buffer, 0);
        Assert.Equal(PeerPacketKind.Rtp, _peer.Receive(_now, Mobile, buffer.AsSpan(0, reloaded.ProtectRtp(buffer, 52)), out _));
    }

    [Fact]
    public void Another_node_takes_a_connected_peer_up_without_a_handshake()
    {
        Assert.Null(_peer.Save());
        _peer.Configure(_now, Plan());
        ConnectClient();
        Run(2);
        _peer.Receive(_now, Home, FromClient(Packet(65_535)), out _);
        SendFromNode(Packet(65_535));
        var seen = FromClient(Packet(0));
        _peer.Receive(_now, Home, seen.ToArray(), out _);

        using var next = new WebRtcPeer(_now, _peer.Save()!, _nodeDtls);
        Assert.True(next.CanSend);
        Assert.Equal(Home, next.Remote);
        Assert.Equal(PeerPacketKind.None, next.Receive(_now, Home, seen, out _));
        Assert.Equal(1, next.Dropped(WebRtcDrop.Replayed));
        Assert.Equal(PeerPacketKind.Rtp, next.Receive(_now, Home, FromClient(Packet(1)), out _));
        Assert.Equal(PeerPacketKind.None, next.Receive(_now, Home, new byte[] { 22, 1, 2 }, out _));
        Assert.Equal(_now + IceLiteAgent.ConsentTime, next.NextTimeout);
    }

    [Fact]
    public void Goodbye_from_the_browser_is_not_an_event()
    {
        _peer.Configure(_now, Plan());
        ConnectClient();
        Run(2);
        _client.Close();
        Run(1);
        Assert.Equal(2, _events.Count);
    }

    [Fact]
    public void Our_goodbye_reaches_the_browser()
    {
        _peer.Configure(_now, Plan());
        ConnectClient();
        Run(2);
        _peer.Close();
        Run(1);
        Assert.Equal(DtlsState.Closed, _client.Dtls);
    }

    [Fact]
    public void Everything_before_the_first_check_is_dropped_and_counted()
    {
        var buffer = new byte[60];
        foreach (byte first in new byte[] { 22, 0x80, 16, 64, 255 })
        {
            buffer[0] = first;
            Assert.Equal(PeerPacketKind.None, _peer.Receive(_now, Home, buffer, out var length));
            Assert.Equal(0, length);
        }
        Assert.Equal(2, _peer.Dropped(WebRtcDrop.UnvalidatedAddress));
        Assert.Equal(3, _peer.Dropped(WebRtcDrop.UnknownProtocol));
        Assert.False(_peer.TryDequeue(out PeerTransmit _));
        Assert.Null(_peer.NextTimeout);
    }

    [Fact]
    public void Garbage_after_the_handshake_is_counted_and_changes_nothing()
    {
        _peer.Configure(_now, Plan());
        ConnectClient();
        Run(2);
        for (var round = 0; round < 20_000; round++)
        {
            var garbage = new byte[_entropy.NextUInt32() % 120];
            _entropy.Fill(garbage);
            // The scripted DTLS has no cryptography to tell an alert by.
            if (garbage.Length > 0 && garbage[0] is >= 20 and <= 63) garbage[0] = 0x80;
            Assert.Equal(PeerPacketKind.None, _peer.Receive(_now, Home, garbage, out _));
        }
        Assert.True(_peer.Dropped(WebRtcDrop.NotAuthentic) > 1_000);
        Assert.Equal(PeerPacketKind.Rtp, _peer.Receive(_now, Home, FromClient(Packet(1)), out _));
        Assert.Equal(2, _events.Count);
    }
}

using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.Tests.TestKit.WebRtc;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol;

/// <summary>What happens to a peer that is connected: it moves, falls silent, starts anew, or is taken over by another node.</summary>
public sealed class WebRtcPeerChangeTests : WebRtcPeerRig
{
    [Fact]
    public void A_browser_that_moves_is_followed()
    {
        Peer.Configure(Now, Plan());
        ConnectClient();
        Run(2);
        ClientAddress = Mobile;
        Assert.Equal(PeerPacketKind.None, Peer.Receive(Now, Mobile, FromClient(Packet(1)), out _));
        Assert.Equal(1, Peer.Dropped(WebRtcDrop.UnvalidatedAddress));
        Client.Nominate(Now);
        Run(0.1);
        Assert.Equal(Mobile, Peer.Remote);
        SendFromNode(Packet(2));
        Run(0.1);
        Assert.Single(HeardByClient);
        Assert.Equal(PeerPacketKind.Rtp, Peer.Receive(Now, Mobile, FromClient(Packet(3)), out _));
        Assert.Single(Events, new IceConnected());
    }

    [Fact]
    public void Silence_of_30_seconds_is_told_once_and_checks_alone_keep_the_peer()
    {
        Peer.Configure(Now, Plan());
        ConnectClient();
        Run(120);
        Assert.DoesNotContain(new WebRtcPeerLost(), Events);
        Client.Checks = false;
        Run(26);
        Assert.DoesNotContain(new WebRtcPeerLost(), Events);
        Run(100);
        Assert.Single(Events, new WebRtcPeerLost());
        Assert.Null(Peer.NextTimeout);
    }

    [Fact]
    public void Authentic_media_counts_as_a_sign_of_life()
    {
        Peer.Configure(Now, Plan());
        ConnectClient();
        Run(2);
        Client.Checks = false;
        for (ushort i = 0; i < 10; i++)
        {
            Run(10);
            Assert.Equal(PeerPacketKind.Rtp, Peer.Receive(Now, Home, FromClient(Packet(i)), out _));
        }
        Assert.DoesNotContain(new WebRtcPeerLost(), Events);
    }

    [Fact]
    public void A_peer_that_never_comes_is_lost_after_30_seconds()
    {
        Peer.Configure(Now, Plan());
        Run(31);
        Assert.Equal([new WebRtcPeerLost()], Events);
    }

    [Fact]
    public void A_second_plan_changes_nothing_of_the_association()
    {
        Peer.Configure(Now, Plan());
        ConnectClient();
        Run(2);
        Peer.Configure(Now, Plan() with { Audio = Audio with { Direction = MediaDirection.Inactive } });
        Assert.True(Peer.CanSend);
        Assert.Equal(PeerPacketKind.Rtp, Peer.Receive(Now, Home, FromClient(Packet(1)), out _));
    }

    [Fact]
    public void A_restart_of_ice_moves_the_peer_without_a_handshake()
    {
        Peer.Configure(Now, Plan());
        ConnectClient();
        Run(2);
        Events.Clear();
        ClientAddress = Mobile;
        Client.RestartIce();
        var restarted = LocalIce.Next();
        Peer.Configure(Now, Plan() with { LocalIce = restarted });
        Assert.Equal(Home, Peer.Remote);
        Assert.True(Peer.CanSend);
        Client.Follow(Now, Node, restarted);
        Run(2);
        Assert.Equal(Mobile, Peer.Remote);
        Assert.Empty(Events);
        Assert.Empty(Client.CheckErrors);
        Path.Send(Now, Mobile, Node, FromClient(Packet(1)));
        SendFromNode(Packet(2));
        Run(1);
        Assert.Equal(Packet(1), Assert.Single(HeardByNode));
        Assert.Equal(Packet(2), Assert.Single(HeardByClient));
        Assert.Equal(restarted, Peer.Save()!.Local);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_plan_with_another_certificate_is_another_browser(bool nodeIsDtlsClient)
    {
        Peer.Configure(Now, Plan());
        ConnectClient();
        Run(2);
        Events.Clear();
        var stale = FromClient(Packet(1));
        var dtls = new ScriptedDtls([7, 8, 9]);
        using var reloaded = new RtcClient(Entropy, dtls, dtls.Fingerprint);
        var restarted = LocalIce.Next();
        Peer.Configure(Now, new WebRtcLegPlan(reloaded.Ice, dtls.Fingerprint, nodeIsDtlsClient, Audio) { LocalIce = restarted });
        Assert.False(Peer.CanSend);
        Assert.Null(Peer.Save());
        Assert.Equal(PeerPacketKind.None, Peer.Receive(Now, Home, stale, out _));

        reloaded.Connect(Now, Node, restarted, NodeDtls.Fingerprint, dtlsClient: !nodeIsDtlsClient);
        for (var i = 0; i < 400 && !(reloaded.IsConnected && Peer.CanSend); i++)
        {
            while (reloaded.TryDequeue(out var datagram)) Peer.Receive(Now, Mobile, datagram, out _);
            while (Peer.TryDequeue(out PeerTransmit transmit))
            {
                if (transmit.Remote.Equals(Mobile)) reloaded.Receive(Now, transmit.Datagram.ToArray(), out _);
            }

            Now += TimeSpan.FromMilliseconds(10);
            reloaded.HandleTimeout(Now);
            Peer.HandleTimeout(Now);
        }

        Drain();
        Assert.Equal([new IceConnected(), new DtlsConnected("SRTP_AEAD_AES_128_GCM")], Events);
        var buffer = new byte[52 + WebRtcPeer.MaxOverhead];
        Packet(1).CopyTo(buffer, 0);
        Assert.Equal(PeerPacketKind.Rtp, Peer.Receive(Now, Mobile, buffer.AsSpan(0, reloaded.ProtectRtp(buffer, 52)), out _));
    }

    [Fact]
    public void Another_node_takes_a_connected_peer_up_without_a_handshake()
    {
        Assert.Null(Peer.Save());
        Peer.Configure(Now, Plan());
        ConnectClient();
        Run(2);
        Peer.Receive(Now, Home, FromClient(Packet(65_535)), out _);
        SendFromNode(Packet(65_535));
        var seen = FromClient(Packet(0));
        Peer.Receive(Now, Home, seen.ToArray(), out _);

        using var next = new WebRtcPeer(Now, Peer.Save()!, NodeDtls);
        Assert.True(next.CanSend);
        Assert.Equal(Home, next.Remote);
        Assert.Equal(PeerPacketKind.None, next.Receive(Now, Home, seen, out _));
        Assert.Equal(1, next.Dropped(WebRtcDrop.Replayed));
        Assert.Equal(PeerPacketKind.Rtp, next.Receive(Now, Home, FromClient(Packet(1)), out _));
        Assert.Equal(PeerPacketKind.None, next.Receive(Now, Home, new byte[] { 22, 1, 2 }, out _));
        Assert.Equal(Now + IceLiteAgent.ConsentTime, next.NextTimeout);
    }
}

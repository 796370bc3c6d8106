using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Dtls;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol;

/// <summary>A browser comes, is believed or not, speaks and leaves.</summary>
public sealed class WebRtcPeerTests : WebRtcPeerRig
{
    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 0)]
    [InlineData(false, 30)]
    [InlineData(true, 30)]
    public void Both_roles_connect_over_a_lossy_path_and_media_flows_both_ways(bool nodeIsDtlsClient, int loss)
    {
        Path.Loss = loss;
        Path.Jitter = TimeSpan.FromMilliseconds(15);
        Peer.Configure(Now, Plan(nodeIsDtlsClient));
        ConnectClient(nodeIsDtlsClient);
        Run(15);
        Assert.True(Client.IsConnected);
        Assert.True(Peer.CanSend);
        Assert.Equal(Home, Peer.Remote);
        Assert.Equal(Home, Client.MappedAddress);
        Assert.Equal([new IceConnected(), new DtlsConnected("SRTP_AEAD_AES_128_GCM")], Events);

        for (ushort sequence = 0; sequence < 200; sequence++)
        {
            SendFromNode(Packet(sequence));
            Path.Send(Now, Home, Node, FromClient(Packet(sequence)));
            Run(0.02);
        }
        Run(1);
        Assert.InRange(HeardByNode.Count, loss == 0 ? 200 : 100, 200);
        Assert.InRange(HeardByClient.Count, loss == 0 ? 200 : 100, 200);
        Assert.All(HeardByNode.Concat(HeardByClient), packet => Assert.Equal(Packet(packet[3]), packet));
    }

    [Fact]
    public void Rtcp_is_told_from_rtp()
    {
        Peer.Configure(Now, Plan());
        ConnectClient();
        Run(2);
        var buffer = new byte[100];
        Packet(1, rtcp: true).CopyTo(buffer, 0);
        var protectedPacket = buffer[..Client.ProtectRtcp(buffer, 52)];
        Assert.Equal(PeerPacketKind.Rtcp, Peer.Receive(Now, Home, protectedPacket, out var length));
        Assert.Equal(52, length);
        SendFromNode(Packet(1, rtcp: true), rtcp: true);
        Run(1);
        Assert.Equal(Packet(1, rtcp: true), Assert.Single(HeardByClient));
    }

    [Fact]
    public void A_browser_that_is_faster_than_its_answer_loses_no_time()
    {
        Path.Latency = TimeSpan.FromMilliseconds(1);
        ConnectClient();
        Run(0.5);
        Assert.Contains(new IceConnected(), Events);
        Assert.DoesNotContain(Events, e => e is DtlsConnected);
        Peer.Configure(Now, Plan());
        Run(0.1);
        Assert.Contains(Events, e => e is DtlsConnected);
        Assert.True(Client.IsConnected);
    }

    [Fact]
    public void A_certificate_that_was_not_announced_ends_the_media()
    {
        Peer.Configure(Now, Plan(fingerprint: DtlsFingerprint.Of([9, 9, 9])));
        ConnectClient();
        Run(3);
        Assert.Contains(new DtlsFailed("fingerprint mismatch"), Events);
        Assert.False(Peer.CanSend);
        Assert.Equal(0, Peer.ProtectRtp(new byte[100], 52));
    }

    [Fact]
    public void A_fatal_alert_is_told_once()
    {
        Peer.Configure(Now, Plan());
        Client.Connect(Now, Node, LocalIce, NodeDtls.Fingerprint, dtlsClient: false);
        Run(1);
        byte[] alert = [22, 6];
        Peer.Receive(Now, Home, alert, out _);
        Peer.Receive(Now, Home, alert, out _);
        Run(1);
        Assert.Single(Events, new DtlsFailed("alert"));
    }

    [Fact]
    public void Goodbye_from_the_browser_is_not_an_event()
    {
        Peer.Configure(Now, Plan());
        ConnectClient();
        Run(2);
        Client.Close();
        Run(1);
        Assert.Equal(2, Events.Count);
    }

    [Fact]
    public void Our_goodbye_reaches_the_browser()
    {
        Peer.Configure(Now, Plan());
        ConnectClient();
        Run(2);
        Peer.Close();
        Run(1);
        Assert.Equal(DtlsState.Closed, Client.Dtls);
    }

    [Fact]
    public void Everything_before_the_first_check_is_dropped_and_counted()
    {
        var buffer = new byte[60];
        foreach (byte first in new byte[] { 22, 0x80, 16, 64, 255 })
        {
            buffer[0] = first;
            Assert.Equal(PeerPacketKind.None, Peer.Receive(Now, Home, buffer, out var length));
            Assert.Equal(0, length);
        }
        Assert.Equal(2, Peer.Dropped(WebRtcDrop.UnvalidatedAddress));
        Assert.Equal(3, Peer.Dropped(WebRtcDrop.UnknownProtocol));
        Assert.False(Peer.TryDequeue(out PeerTransmit _));
        Assert.Null(Peer.NextTimeout);
    }

    [Fact]
    public void Garbage_after_the_handshake_is_counted_and_changes_nothing()
    {
        Peer.Configure(Now, Plan());
        ConnectClient();
        Run(2);
        for (var round = 0; round < 20_000; round++)
        {
            var garbage = new byte[Entropy.NextUInt32() % 120];
            Entropy.Fill(garbage);
            // The scripted DTLS has no cryptography to tell an alert by.
            if (garbage.Length > 0 && garbage[0] is >= 20 and <= 63) garbage[0] = 0x80;
            Assert.Equal(PeerPacketKind.None, Peer.Receive(Now, Home, garbage, out _));
        }
        Assert.True(Peer.Dropped(WebRtcDrop.NotAuthentic) > 1_000);
        Assert.Equal(PeerPacketKind.Rtp, Peer.Receive(Now, Home, FromClient(Packet(1)), out _));
        Assert.Equal(2, Events.Count);
    }
}

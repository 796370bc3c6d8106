using System.Net;
using Byon.MediaNode;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.MediaNode.Core.Protocol.Sdp;
using Byon.MediaNode.Native;
using Byon.Tests.TestKit;
using Byon.Tests.TestKit.WebRtc;

namespace Byon.Tests.MediaNode.Tests.Native;

/// <summary>The whole WebRTC side with the real DTLS, from the client's offer to media both ways.</summary>
public class DtlsWebRtcPeerTests
{
    private static readonly IPEndPoint ClientAddress = IPEndPoint.Parse("203.0.113.1:50000");
    private readonly EntropySource _entropy = new(new byte[32]);

    [Theory]
    [InlineData("actpass")]
    [InlineData("passive")]
    public void Offer_answer_handshake_and_media(string setup)
    {
        var nodeCertificate = DtlsCertificate.Create(DateTimeOffset.UtcNow);
        var clientCertificate = DtlsCertificate.Create(DateTimeOffset.UtcNow);
        using var nodeDtls = new DtlsEndpointFactory(nodeCertificate);
        using var clientDtls = new DtlsEndpointFactory(clientCertificate);
        var ice = IceCredentials.Create(_entropy);
        using var peer = new WebRtcPeer(ice, nodeDtls);
        using var client = new RtcClient(_entropy, clientDtls, clientCertificate.Fingerprint);
        var local = new MediaAllocation(0, IPEndPoint.Parse("192.0.2.1:20000"), IPEndPoint.Parse("192.0.2.1:21000"), ice, nodeCertificate.Fingerprint);

        Assert.True(WebRtcOfferAnswer.TryAnswer(
            client.Describe(setup), local, new SdpOrigin(1, 1), MediaDirection.SendReceive, out var answer, out var plan, out var why), why?.ToString());
        Assert.Equal(setup == "passive", plan.DtlsClient);
        peer.Configure(MonotonicClock.Now, plan);
        client.Connect(MonotonicClock.Now, answer, setup == "passive" ? "passive" : "active");
        WaitFor.True(() =>
        {
            Exchange(peer, client);
            return client.IsConnected && peer.CanSend;
        });
        Assert.Equal(SrtpProfile.AeadAes128Gcm, client.Profile);

        var packet = new byte[172 + WebRtcPeer.MaxOverhead];
        RtpPacket.WriteHeader(packet, 111, true, 1, 960, 7);
        var length = client.ProtectRtp(packet, 172);
        Assert.Equal(PeerPacketKind.Rtp, peer.Receive(MonotonicClock.Now, ClientAddress, packet.AsSpan(0, length), out var plain));
        Assert.Equal(172, plain);
        length = peer.ProtectRtp(packet, 172);
        Assert.Equal(PeerPacketKind.Rtp, client.Receive(MonotonicClock.Now, packet.AsSpan(0, length), out plain));
        Assert.Equal(172, plain);
    }

    private static void Exchange(WebRtcPeer peer, RtcClient client)
    {
        var now = MonotonicClock.Now;
        peer.HandleTimeout(now);
        client.HandleTimeout(now);
        while (client.TryDequeue(out var datagram)) peer.Receive(now, ClientAddress, datagram, out _);
        while (peer.TryDequeue(out PeerTransmit transmit)) client.Receive(now, transmit.Datagram.ToArray(), out _);
    }
}

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
public abstract class WebRtcPeerRig : IDisposable
{
    private protected static readonly IPEndPoint Node = IPEndPoint.Parse("192.0.2.10:20000");
    private protected static readonly IPEndPoint Home = IPEndPoint.Parse("203.0.113.1:50000");
    private protected static readonly IPEndPoint Mobile = IPEndPoint.Parse("198.51.100.1:60000");
    private protected static readonly IceCredentials LocalIce = new("node", "abcdefghijklmnopqrstuv");
    private protected static readonly AudioStream Audio = new(
        new AudioFormat(AudioCodec.Opus, 111, 48_000), [], null, TimeSpan.FromMilliseconds(20), MediaDirection.SendReceive);

    private protected EntropySource Entropy { get; } = new([.. Enumerable.Repeat((byte)7, 32)]);

    private protected ScriptedDtls NodeDtls { get; } = new([1, 2, 3]);

    private protected ScriptedDtls ClientDtls { get; } = new([4, 5, 6]);

    private protected VirtualPath Path { get; }

    private protected WebRtcPeer Peer { get; }

    private protected RtcClient Client { get; }

    private protected List<MediaEvent> Events { get; } = [];

    private protected List<byte[]> HeardByNode { get; } = [];

    private protected List<byte[]> HeardByClient { get; } = [];

    private protected Instant Now { get; set; } = new(5_000_000);

    private protected IPEndPoint ClientAddress { get; set; } = Home;

    protected WebRtcPeerRig()
    {
        Path = new VirtualPath(Entropy);
        Peer = new WebRtcPeer(LocalIce, NodeDtls);
        Client = new RtcClient(Entropy, ClientDtls, ClientDtls.Fingerprint);
    }

    public void Dispose()
    {
        Peer.Dispose();
        Client.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected WebRtcLegPlan Plan(bool dtlsClient = false, DtlsFingerprint? fingerprint = null) =>
        new(Client.Ice, fingerprint ?? ClientDtls.Fingerprint, dtlsClient, Audio);

    private protected void ConnectClient(bool nodeIsDtlsClient = false) =>
        Client.Connect(Now, Node, LocalIce, NodeDtls.Fingerprint, dtlsClient: !nodeIsDtlsClient);

    /// <summary>Lets virtual time pass, from one deadline or arrival to the next.</summary>
    private protected void Run(double seconds)
    {
        var end = Now + TimeSpan.FromSeconds(seconds);
        while (true)
        {
            Drain();
            var next = Instant.Earliest(Path.NextArrival, Instant.Earliest(Peer.NextTimeout, Client.NextTimeout));
            if (next is null || next > end) break;
            if (next > Now) Now = next.Value;
            while (Path.TryReceive(Now, out var arrived)) Arrive(arrived.From, arrived.To, arrived.Datagram);
            Peer.HandleTimeout(Now);
            Client.HandleTimeout(Now);
        }
        Now = end;
    }

    private void Arrive(IPEndPoint from, IPEndPoint to, byte[] datagram)
    {
        if (to.Equals(Node))
        {
            if (Peer.Receive(Now, from, datagram, out var length) != PeerPacketKind.None) HeardByNode.Add(datagram[..length]);
        }
        else if (to.Equals(ClientAddress) && Client.Receive(Now, datagram, out var length) != PeerPacketKind.None)
        {
            HeardByClient.Add(datagram[..length]);
        }
    }

    private protected void Drain()
    {
        while (Peer.TryDequeue(out PeerTransmit transmit)) Path.Send(Now, Node, transmit.Remote, transmit.Datagram.Span);
        while (Peer.TryDequeue(out MediaEvent? mediaEvent)) Events.Add(mediaEvent);
        while (Client.TryDequeue(out var datagram)) Path.Send(Now, ClientAddress, Node, datagram);
    }

    private protected static byte[] Packet(ushort sequence, bool rtcp = false)
    {
        var packet = new byte[52];
        RtpPacket.WriteHeader(packet, (byte)(rtcp ? 72 : 111), rtcp, sequence, sequence, 99);
        packet.AsSpan(12).Fill((byte)sequence);
        return packet;
    }

    private protected void SendFromNode(byte[] packet, bool rtcp = false)
    {
        var buffer = new byte[packet.Length + WebRtcPeer.MaxOverhead];
        packet.CopyTo(buffer, 0);
        var length = rtcp ? Peer.ProtectRtcp(buffer, packet.Length) : Peer.ProtectRtp(buffer, packet.Length);
        if (length > 0) Path.Send(Now, Node, Peer.Remote!, buffer.AsSpan(0, length));
    }

    private protected byte[] FromClient(byte[] packet)
    {
        var buffer = new byte[packet.Length + WebRtcPeer.MaxOverhead];
        packet.CopyTo(buffer, 0);
        return buffer[..Client.ProtectRtp(buffer, packet.Length)];
    }
}

using System.Net;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

/// <summary>When a session's owner may connect the socket towards the network.</summary>
public sealed class SettledPeerTests : IDisposable
{
    private static readonly AudioFormat Pcma = new(AudioCodec.Pcma, 8, 8000);
    private static readonly IPEndPoint Rtp = new(IPAddress.Parse("192.0.2.9"), 4000);
    private static readonly IPEndPoint Rtcp = new(Rtp.Address, 4001);

    private readonly VirtualBrowser _browser = new();
    private readonly MediaSession _session;
    private ushort _sequence;

    public SettledPeerTests() => _session = new MediaSession(
        new MediaSockets(1, 2, 3), new WebRtcPeer(new IceCredentials("gate", "gatewaygatewaygateway1"), _browser), new ManagedCodecs(),
        new EntropySource(new byte[32]), new MediaTransmitQueue(64));

    public void Dispose()
    {
        _session.Dispose();
        _browser.Dispose();
    }

    [Fact]
    public void ThePeerIsSettledOnceItSpeaksFromItsAddress()
    {
        Apply(Rtp, Rtcp);
        Assert.Null(_session.SettledImsPeer);
        Hear(new IPEndPoint(Rtp.Address, 9999));
        Assert.Null(_session.SettledImsPeer);
        Hear(new IPEndPoint(Rtp.Address, Rtp.Port));
        Assert.Same(Rtp, _session.SettledImsPeer);
    }

    [Fact]
    public void AnotherAddressIsFreeUntilItSpeaksAndTheSameOneStaysSettled()
    {
        Apply(Rtp, Rtcp);
        Hear(Rtp);
        var same = new IPEndPoint(Rtp.Address, Rtp.Port);
        Apply(same, Rtcp);
        Assert.Same(same, _session.SettledImsPeer);

        var other = new IPEndPoint(IPAddress.Parse("192.0.2.10"), 4000);
        Apply(other, Rtcp);
        Assert.Null(_session.SettledImsPeer);
        Hear(Rtp);
        Assert.Null(_session.SettledImsPeer);
        Hear(other);
        Assert.Same(other, _session.SettledImsPeer);
    }

    [Fact]
    public void APortThatRtcpOfAnotherAddressSharesIsNeverSettled()
    {
        Apply(Rtp, Rtcp, mux: true);
        Hear(Rtp);
        Assert.Null(_session.SettledImsPeer);
        Apply(Rtp, Rtp, mux: true);
        Assert.Same(Rtp, _session.SettledImsPeer);
    }

    private void Apply(IPEndPoint rtp, IPEndPoint rtcp, bool mux = false)
    {
        var stream = new AudioStream(Pcma, [Pcma], TelephoneEvent: null, TimeSpan.FromMilliseconds(20), MediaDirection.SendReceive);
        _session.Apply(new Instant(TimeSpan.TicksPerDay), new MediaPlan(VirtualBrowser.Plan(stream), new ImsLegPlan(rtp, rtcp, mux, stream)));
    }

    private void Hear(IPEndPoint from)
    {
        var packet = new byte[RtpPacket.HeaderSize + 160];
        RtpPacket.WriteHeader(packet, 8, false, _sequence++, _sequence * 160u, 20);
        _session.ReceiveIms(new Instant(TimeSpan.TicksPerDay), from, packet, rtcp: false);
    }
}

using System.Net;
using Byon.MediaNode.Core.Media.Moving;
using Byon.MediaNode.Core.Protocol;

namespace Byon.MediaNode.Core.Media.Video;

/// <summary>The network's side of the call's video, with keys and ports of its own.</summary>
internal sealed class ImsVideoLeg(MediaTransmitQueue queue, EntropySource entropy, int rtpSocket, int rtcpSocket, bool exactSource)
    : VideoLeg(queue, entropy), IDisposable
{
    private readonly ImsTransport _transport = new(queue, rtpSocket, rtcpSocket, exactSource, formerSender: null);

    public override bool CanSend => _transport.CanSend;

    public void Configure(Instant now, ImsVideo? plan)
    {
        // A goodbye still goes to where the video was.
        Configure(now, plan?.Stream);
        _transport.Configure(plan?.PeerRtp, plan?.PeerRtcp, plan is { RtcpMux: true }, plan?.Srtp);
    }

    /// <inheritdoc cref="ImsSrtp.RollOverOf"/>
    public uint? RollOver => _transport.Srtp.RollOverOf(Rtcp.Source?.Ssrc);

    public ImsSrtpState? SaveSrtp() => _transport.Srtp.Save();

    public void Restore(ImsSrtpState? srtp) => _transport.Restore(source: null, srtp);

    public void Dispose() => _transport.Dispose();

    /// <summary>As <see cref="ImsTransport.Receive"/>; what is nothing to the call is counted.</summary>
    public PeerPacketKind Receive(IPEndPoint remote, Span<byte> datagram, bool rtcp, out int length)
    {
        var kind = _transport.Receive(remote, datagram, rtcp, out length);
        if (kind == PeerPacketKind.None) Drop();
        return kind;
    }

    protected override int Protect(Span<byte> slot, int length) => _transport.Srtp.ProtectRtp(slot, length);

    protected override void CommitRtp(int length) => _transport.CommitRtp(length);

    protected override void SendRtcp(ReadOnlySpan<byte> compound) => _transport.SendRtcp(compound);
}

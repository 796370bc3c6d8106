using System.Net;
using Byon.MediaNode.Core.Media.Moving;
using Byon.MediaNode.Core.Protocol;

namespace Byon.MediaNode.Core.Media;

/// <summary>The network's side of the call's audio. Which datagrams are its peer's is for <see cref="ImsTransport"/> to say.</summary>
internal sealed class ImsLeg(
    MediaTransmitQueue queue, EntropySource entropy, int rtpSocket, int rtcpSocket, bool exactSource = false, IPEndPoint? formerSender = null)
    : MediaLeg(queue, entropy), IDisposable
{
    private readonly ImsTransport _transport = new(queue, rtpSocket, rtcpSocket, exactSource, formerSender);

    protected override bool CanSend => _transport.CanSend;

    /// <inheritdoc cref="ImsTransport.Source"/>
    public IPEndPoint? Source => _transport.Source;

    /// <inheritdoc cref="ImsTransport.SettledPeer"/>
    public IPEndPoint? SettledPeer => _transport.SettledPeer;

    public void Configure(Instant now, ImsLegPlan plan)
    {
        _transport.Configure(plan.PeerRtp, plan.PeerRtcp, plan.RtcpMux, plan.Srtp);
        Configure(now, plan.Audio);
    }

    /// <inheritdoc cref="ImsSrtp.RollOverOf"/>
    public uint? RollOver => _transport.Srtp.RollOverOf(Rtcp.Source?.Ssrc);

    /// <summary>Where both directions stand; null on plain RTP.</summary>
    public ImsSrtpState? SaveSrtp() => _transport.Srtp.Save();

    public void Restore(Instant savedAt, MediaLegState saved, IPEndPoint? source, ImsSrtpState? srtp)
    {
        Restore(savedAt, saved);
        _transport.Restore(source, srtp);
    }

    public void Dispose() => _transport.Dispose();

    public override long ReadAheadHearing() => base.ReadAheadHearing() + _transport.Srtp.ReadAheadHearing();

    public override long ReadAheadTelling() => base.ReadAheadTelling() + _transport.ReadAheadTelling();

    /// <summary>As <see cref="ImsTransport.Receive"/>; what is nothing to the call is counted.</summary>
    public PeerPacketKind Receive(IPEndPoint remote, Span<byte> datagram, bool rtcp, out int length)
    {
        var kind = _transport.Receive(remote, datagram, rtcp, out length);
        if (kind == PeerPacketKind.None) Drop();
        return kind;
    }

    protected override bool CommitRtp(Span<byte> slot, int length)
    {
        if (!_transport.CanSend) return false;
        length = _transport.Srtp.ProtectRtp(slot, length);
        if (length == 0) return false;
        _transport.CommitRtp(length);
        return true;
    }

    protected override void SendRtcp(ReadOnlySpan<byte> compound) => _transport.SendRtcp(compound);
}

using System.Net;
using Byon.MediaNode.Core.Media.Moving;

namespace Byon.MediaNode.Core.Media;

/// <summary>
/// The network's side: plain RTP and RTCP. Packets go to the addresses that were negotiated and nowhere else. They are taken
/// from there, or from another port of the same host as long as nothing has come from there: a peer behind its own relay.
/// </summary>
internal sealed class ImsLeg(MediaTransmitQueue queue, EntropySource entropy, int rtpSocket, int rtcpSocket) : MediaLeg(queue, entropy)
{
    private ImsLegPlan? _plan;

    /// <summary>0.0.0.0 was the way to hold before RFC 3264 §8.4; here it would reach this host itself.</summary>
    protected override bool CanSend => _plan is not null && IsReal(_plan.PeerRtp);

    /// <summary>Where packets come from; null before the first one.</summary>
    public IPEndPoint? Source { get; private set; }

    public void Configure(Instant now, ImsLegPlan plan)
    {
        if (!plan.PeerRtp.Equals(_plan?.PeerRtp)) Source = null;
        _plan = plan;
        Configure(now, plan.Audio);
    }

    public void Restore(Instant savedAt, MediaLegState saved, IPEndPoint? source)
    {
        Restore(savedAt, saved);
        Source = source;
    }

    /// <summary>Whether RTP from this address belongs to the call; what does not is counted.</summary>
    public bool Accepts(IPEndPoint remote)
    {
        var isPeer = _plan is not null
            && (remote.Equals(Source) || remote.Equals(_plan.PeerRtp) || Source is null && remote.Address.Equals(_plan.PeerRtp.Address));
        if (isPeer)
        {
            if (!remote.Equals(Source)) Source = remote;
            return true;
        }

        Drop();
        return false;
    }

    public bool AcceptsRtcp(IPEndPoint remote)
    {
        if (_plan is not null && remote.Address.Equals(_plan.PeerRtcp.Address)) return true;
        Drop();
        return false;
    }

    /// <summary>Whether a datagram on the RTP port is RTCP: only with rtcp-mux, told by its payload type (RFC 5761 §4).</summary>
    public bool IsRtcp(ReadOnlySpan<byte> datagram) => _plan is { RtcpMux: true } && datagram.Length > 1 && datagram[1] is >= 192 and <= 223;

    protected override bool CommitRtp(Span<byte> slot, int length)
    {
        if (_plan is null || !CanSend) return false;
        Queue.Commit(rtpSocket, _plan.PeerRtp, length);
        return true;
    }

    protected override void SendRtcp(ReadOnlySpan<byte> compound)
    {
        if (_plan is null || !IsReal(_plan.PeerRtcp)) return;
        var slot = Queue.Reserve();
        if (slot.IsEmpty) return;
        compound.CopyTo(slot);
        Queue.Commit(_plan.RtcpMux ? rtpSocket : rtcpSocket, _plan.PeerRtcp, compound.Length);
    }

    private static bool IsReal(IPEndPoint remote) => remote.Port != 0 && !remote.Address.Equals(IPAddress.Any) && !remote.Address.Equals(IPAddress.IPv6Any);
}

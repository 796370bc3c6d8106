using System.Net;
using Byon.MediaNode.Core.Media.Moving;

namespace Byon.MediaNode.Core.Media.Video;

/// <summary>The network's side: RTP and RTCP, plain or with keys of the video's own, on ports of its own. Addresses are judged as those of audio are.</summary>
internal sealed class ImsVideoLeg(MediaTransmitQueue queue, EntropySource entropy, int rtpSocket, int rtcpSocket, bool exactSource)
    : VideoLeg(queue, entropy), IDisposable
{
    private readonly ImsSrtp _srtp = new();
    private ImsVideo? _plan;
    private IPEndPoint? _source;

    public override bool CanSend => _plan is not null && IsReal(_plan.PeerRtp);

    public void Configure(Instant now, ImsVideo? plan)
    {
        // A goodbye still goes to where the video was.
        Configure(now, plan?.Stream);
        if (plan is null || !plan.PeerRtp.Equals(_plan?.PeerRtp)) _source = null;
        _plan = plan;
        if (plan is not null) _srtp.Take(plan.Srtp);
    }

    /// <inheritdoc cref="ImsSrtp.RollOverOf"/>
    public uint? RollOver => _srtp.RollOverOf(Rtcp.Source?.Ssrc);

    public ImsSrtpState? SaveSrtp() => _srtp.Save();

    public void Restore(ImsSrtpState? srtp)
    {
        if (srtp is not null) _srtp.Restore(srtp);
    }

    public void Dispose() => _srtp.Dispose();

    /// <summary>Whether RTP from this address belongs to the call; what does not is counted.</summary>
    public bool Accepts(IPEndPoint remote)
    {
        var isPeer = _plan is not null
            && (remote.Equals(_source) || remote.Equals(_plan.PeerRtp) || (!exactSource && _source is null && remote.Address.Equals(_plan.PeerRtp.Address)));
        if (!isPeer) Drop();
        return isPeer;
    }

    /// <summary>What came from there was authentic: the right one has spoken.</summary>
    public void Heard(IPEndPoint remote)
    {
        if (!remote.Equals(_source)) _source = remote;
    }

    public bool AcceptsRtcp(IPEndPoint remote)
    {
        if (_plan is not null && remote.Address.Equals(_plan.PeerRtcp.Address)) return true;
        Drop();
        return false;
    }

    /// <summary>Whether a datagram on the RTP port is RTCP: only with rtcp-mux, told by its payload type (RFC 5761 §4).</summary>
    public bool IsRtcp(ReadOnlySpan<byte> datagram) => _plan is { RtcpMux: true } && datagram.Length > 1 && datagram[1] is >= 192 and <= 223;

    /// <summary>Decrypts in place what was accepted; 0 for what is not authentic, which is counted.</summary>
    public int Unprotect(Span<byte> datagram, bool rtcp)
    {
        var length = _srtp.Unprotect(datagram, rtcp);
        if (length == 0) Drop();
        return length;
    }

    protected override int Protect(Span<byte> slot, int length) => _srtp.ProtectRtp(slot, length);

    protected override void CommitRtp(int length) => Queue.Commit(rtpSocket, _plan!.PeerRtp, length);

    protected override void SendRtcp(ReadOnlySpan<byte> compound)
    {
        if (_plan is null || !IsReal(_plan.PeerRtcp)) return;
        var slot = Queue.Reserve();
        if (slot.IsEmpty) return;
        compound.CopyTo(slot);
        var length = _srtp.ProtectRtcp(slot, compound.Length);
        if (length > 0) Queue.Commit(_plan.RtcpMux ? rtpSocket : rtcpSocket, _plan.PeerRtcp, length);
    }

    private static bool IsReal(IPEndPoint remote) => remote.Port != 0 && !remote.Address.Equals(IPAddress.Any) && !remote.Address.Equals(IPAddress.IPv6Any);
}

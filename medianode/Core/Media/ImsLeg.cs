using System.Net;
using Byon.MediaNode.Core.Media.Moving;
using Byon.MediaNode.Core.Protocol;

namespace Byon.MediaNode.Core.Media;

/// <summary>
/// The network's side: RTP and RTCP, plain or with keys from the descriptions. Packets go to the addresses that were negotiated and
/// nowhere else. They are taken from there, or from another port of the same host as long as nothing has come from there: a peer
/// behind its own relay.
/// </summary>
internal sealed class ImsLeg(MediaTransmitQueue queue, EntropySource entropy, int rtpSocket, int rtcpSocket) : MediaLeg(queue, entropy), IDisposable
{
    private readonly ImsSrtp _srtp = new();
    private ImsLegPlan? _plan;
    private bool _canSend;

    /// <summary>0.0.0.0 was the way to hold before RFC 3264 §8.4; here it would reach this host itself.</summary>
    protected override bool CanSend => _canSend;

    /// <summary>Another port of the same host is nobody.</summary>
    public bool ExactSource { get; init; }

    /// <summary>Sent to this port in an earlier call: nobody, unless this call's description names it.</summary>
    public IPEndPoint? FormerSender { get; init; }

    /// <summary>Where packets come from; null before the first one.</summary>
    public IPEndPoint? Source { get; private set; }

    /// <summary>
    /// The described address once it has spoken and nothing else is taken or sent to by the RTP socket, so that its owner may connect
    /// it; else null. The very object that transmits go to.
    /// </summary>
    public IPEndPoint? SettledPeer { get; private set; }

    public void Configure(Instant now, ImsLegPlan plan)
    {
        if (!plan.PeerRtp.Equals(_plan?.PeerRtp)) Source = null;
        _plan = plan;
        Settle();
        _canSend = IsReal(plan.PeerRtp);
        _srtp.Take(plan.Srtp);
        Configure(now, plan.Audio);
    }

    /// <inheritdoc cref="ImsSrtp.RollOverOf"/>
    public uint? RollOver => _srtp.RollOverOf(Rtcp.Source?.Ssrc);

    /// <summary>Where both directions stand; null on plain RTP.</summary>
    public ImsSrtpState? SaveSrtp() => _srtp.Save();

    public void Restore(Instant savedAt, MediaLegState saved, IPEndPoint? source, ImsSrtpState? srtp)
    {
        Restore(savedAt, saved);
        Source = source;
        if (srtp is not null) _srtp.Restore(srtp);
    }

    public void Dispose() => _srtp.Dispose();

    public override long ReadAhead() =>
        base.ReadAhead() + (_plan is null ? 0 : (int)_plan.PeerRtp.Address.AddressFamily) + _srtp.ReadAhead();

    /// <summary>
    /// Says what a datagram is to the call, None where it is nothing: counted then. It is decrypted in place, and lies in
    /// <c>datagram[..length]</c>.
    /// </summary>
    /// <param name="rtcp">It came to the RTCP port.</param>
    public PeerPacketKind Receive(IPEndPoint remote, Span<byte> datagram, bool rtcp, out int length)
    {
        length = datagram.Length;
        rtcp |= IsRtcp(datagram);
        if (_plan is null || !(rtcp ? remote.Address.Equals(_plan.PeerRtcp.Address) : IsPeer(_plan, remote)) || !TryUnprotect(datagram, rtcp, ref length))
        {
            Drop();
            return PeerPacketKind.None;
        }

        if (rtcp) return PeerPacketKind.Rtcp;
        if (ReferenceEquals(remote, Source)) return PeerPacketKind.Rtp;
        Source = remote;
        Settle();
        return PeerPacketKind.Rtp;
    }

    /// <summary>Whether a datagram on the RTP port is RTCP: only with rtcp-mux, told by its payload type (RFC 5761 §4).</summary>
    private bool IsRtcp(ReadOnlySpan<byte> datagram) => _plan is { RtcpMux: true } && datagram.Length > 1 && datagram[1] is >= 192 and <= 223;

    protected override bool CommitRtp(Span<byte> slot, int length)
    {
        if (_plan is null || !_canSend) return false;
        length = _srtp.ProtectRtp(slot, length);
        if (length == 0) return false;
        Queue.Commit(rtpSocket, _plan.PeerRtp, length);
        return true;
    }

    protected override void SendRtcp(ReadOnlySpan<byte> compound)
    {
        if (_plan is null || !IsReal(_plan.PeerRtcp)) return;
        var slot = Queue.Reserve();
        if (slot.IsEmpty) return;
        compound.CopyTo(slot);
        var length = _srtp.ProtectRtcp(slot, compound.Length);
        if (length > 0) Queue.Commit(_plan.RtcpMux ? rtpSocket : rtcpSocket, _plan.PeerRtcp, length);
    }

    /// <summary>The shell hands out the same object for the same address: the usual packet is known by that.</summary>
    private bool IsPeer(ImsLegPlan plan, IPEndPoint remote) =>
        ReferenceEquals(remote, Source) || remote.Equals(Source) || remote.Equals(plan.PeerRtp) || Source is null && !ExactSource && remote.Address.Equals(plan.PeerRtp.Address) && !remote.Equals(FormerSender);

    private bool TryUnprotect(Span<byte> datagram, bool rtcp, ref int length)
    {
        if (_plan!.Srtp is null) return true;
        length = _srtp.Unprotect(datagram, rtcp);
        return length > 0;
    }

    private void Settle()
    {
        var isSettled = _plan!.PeerRtp.Equals(Source) && (!_plan.RtcpMux || _plan.PeerRtcp.Equals(Source));
        SettledPeer = isSettled ? _plan.PeerRtp : null;
    }

    private static bool IsReal(IPEndPoint remote) => remote.Port != 0 && !remote.Address.Equals(IPAddress.Any) && !remote.Address.Equals(IPAddress.IPv6Any);
}

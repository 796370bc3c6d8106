using System.Diagnostics.CodeAnalysis;
using System.Net;
using Byon.MediaNode.Core.Media.Moving;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Media;

/// <summary>
/// How one stream and its RTCP reach the network and come from there: addresses and keys of the descriptions. Packets go to the
/// addresses that were negotiated and nowhere else. They are taken from there, or from another port of the same host as long as
/// nothing has come from there: a peer behind its own relay.
/// </summary>
/// <param name="exactSource">Another port of the same host is nobody.</param>
/// <param name="formerSender">Sent to this port in an earlier call: nobody, unless this call's description names it.</param>
internal sealed class ImsTransport(MediaTransmitQueue queue, int rtpSocket, int rtcpSocket, bool exactSource, IPEndPoint? formerSender) : IDisposable
{
    private IPEndPoint? _rtp;
    private IPEndPoint? _rtcp;
    private bool _isMuxed;

    public ImsSrtp Srtp { get; } = new();

    /// <summary>0.0.0.0 was the way to hold before RFC 3264 §8.4; here it would reach this host itself.</summary>
    public bool CanSend { get; private set; }

    /// <summary>Where packets come from; null before the first one.</summary>
    public IPEndPoint? Source { get; private set; }

    /// <summary>
    /// The described address once it has spoken and nothing else is taken or sent to by the RTP socket, so that its owner may connect
    /// it; else null. The very object that transmits go to.
    /// </summary>
    public IPEndPoint? SettledPeer { get; private set; }

    /// <summary>Takes up what was negotiated; without addresses nobody speaks or is spoken to.</summary>
    /// <param name="rtcp">The RTP address with rtcp-mux.</param>
    /// <param name="keys">Null is plain RTP.</param>
    public void Configure(IPEndPoint? rtp, IPEndPoint? rtcp, bool isMuxed, SrtpKeys? keys)
    {
        if (rtp is null || !rtp.Equals(_rtp)) Source = null;
        (_rtp, _rtcp, _isMuxed) = (rtp, rtcp, isMuxed);
        CanSend = IsReal(rtp);
        Settle();
        Srtp.Take(keys);
    }

    public void Restore(IPEndPoint? source, ImsSrtpState? srtp)
    {
        Source = source;
        if (srtp is not null) Srtp.Restore(srtp);
    }

    public void Dispose() => Srtp.Dispose();

    /// <summary>Reads what the next packet to the peer will need, see <see cref="MediaSession.ReadAhead"/>.</summary>
    public long ReadAheadTelling() => (_rtp is null ? 0 : (int)_rtp.Address.AddressFamily) + Srtp.ReadAheadTelling();

    /// <summary>
    /// Says what a datagram is to the call, None where it is nothing. It is decrypted in place, and lies in <c>datagram[..length]</c>.
    /// </summary>
    /// <param name="rtcp">It came to the RTCP port.</param>
    public PeerPacketKind Receive(IPEndPoint remote, Span<byte> datagram, bool rtcp, out int length)
    {
        rtcp |= IsRtcp(datagram);
        length = IsPeer(remote, rtcp) ? Srtp.Unprotect(datagram, rtcp) : 0;
        if (length == 0) return PeerPacketKind.None;
        if (rtcp) return PeerPacketKind.Rtcp;
        if (ReferenceEquals(remote, Source)) return PeerPacketKind.Rtp;
        Source = remote;
        Settle();
        return PeerPacketKind.Rtp;
    }

    /// <summary>Queues the slot that was reserved last, protected.</summary>
    public void CommitRtp(int length) => queue.Commit(rtpSocket, _rtp!, length);

    public void SendRtcp(ReadOnlySpan<byte> compound)
    {
        if (!IsReal(_rtcp)) return;
        var slot = queue.Reserve();
        if (slot.IsEmpty) return;
        compound.CopyTo(slot);
        var length = Srtp.ProtectRtcp(slot, compound.Length);
        if (length > 0) queue.Commit(_isMuxed ? rtpSocket : rtcpSocket, _rtcp, length);
    }

    /// <summary>Whether a datagram on the RTP port is RTCP: only with rtcp-mux, told by its payload type (RFC 5761 §4).</summary>
    private bool IsRtcp(ReadOnlySpan<byte> datagram) => _isMuxed && datagram.Length > 1 && datagram[1] is >= 192 and <= 223;

    /// <summary>The shell hands out the same object for the same address: the usual packet is known by that.</summary>
    private bool IsPeer(IPEndPoint remote, bool rtcp)
    {
        if (_rtp is null || _rtcp is null) return false;
        if (rtcp) return remote.Address.Equals(_rtcp.Address);
        return ReferenceEquals(remote, Source) || remote.Equals(Source) || remote.Equals(_rtp)
            || Source is null && !exactSource && remote.Address.Equals(_rtp.Address) && !remote.Equals(formerSender);
    }

    private void Settle() => SettledPeer = _rtp is not null && _rtp.Equals(Source) && (!_isMuxed || _rtp.Equals(_rtcp)) ? _rtp : null;

    private static bool IsReal([NotNullWhen(true)] IPEndPoint? remote) =>
        remote is not null && remote.Port != 0 && !remote.Address.Equals(IPAddress.Any) && !remote.Address.Equals(IPAddress.IPv6Any);
}

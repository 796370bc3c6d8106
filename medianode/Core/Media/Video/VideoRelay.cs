using System.Net;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Media.Video;

/// <summary>The video of one call: both legs and both directions. A call has one once ports for its video were reserved.</summary>
internal sealed class VideoRelay : IDisposable
{
    private readonly WebRtcVideoLeg _webRtc;
    private readonly ImsVideoLeg _ims;
    private readonly VideoPath _toIms;
    private readonly VideoPath _toWebRtc;

    public VideoRelay(MediaTransmitQueue queue, EntropySource entropy, WebRtcPeer peer, int webRtcSocket, int rtpSocket, int rtcpSocket, bool exactSource)
    {
        _webRtc = new WebRtcVideoLeg(queue, entropy, peer, webRtcSocket);
        _ims = new ImsVideoLeg(queue, entropy, rtpSocket, rtcpSocket, exactSource);
        _toIms = new VideoPath(_webRtc, _ims);
        _toWebRtc = new VideoPath(_ims, _webRtc);
    }

    public Instant? NextTimeout => Instant.Earliest(_webRtc.NextTimeout, _ims.NextTimeout);

    /// <inheritdoc cref="ImsSrtp.RollOverOf"/>
    public uint? ImsRollOver => _ims.RollOver;

    public VideoStatistics Statistics => new(_webRtc.Statistics(), _ims.Statistics());

    /// <summary>The same canonical names as audio, so that receivers keep the two in step (RFC 3550 §6.5.1).</summary>
    public void Belong(RtcpSession webRtcAudio, RtcpSession imsAudio)
    {
        _webRtc.Rtcp.TakeNameOf(webRtcAudio);
        _ims.Rtcp.TakeNameOf(imsAudio);
    }

    /// <summary>Takes up what was negotiated. A leg that the plan leaves out stays as it is.</summary>
    public void Apply(Instant now, MediaPlan plan)
    {
        if (plan.WebRtc is { } webRtc) _webRtc.Configure(now, webRtc);
        if (plan.Ims is { } ims) _ims.Configure(now, ims.Video);
        _toIms.Configure(now);
        _toWebRtc.Configure(now);
    }

    /// <summary>Whether RTP of this payload type from the browser is video: payload types within a bundle are distinct (RFC 9143 §9.1).</summary>
    public bool Takes(byte payloadType) => _webRtc.Stream?.Receive.PayloadType == payloadType;

    /// <summary>RTP of the browser's, decrypted. True when it is video that belongs to the call.</summary>
    public bool ReceiveWebRtc(Instant now, ReadOnlySpan<byte> packet) => _toIms.Receive(now, packet);

    /// <summary>RTCP of the browser's, decrypted: one compound may be about audio and video.</summary>
    public void ReceiveWebRtcRtcp(Instant now, ReadOnlySpan<byte> compound) => _toWebRtc.ReceiveFeedback(now, compound);

    /// <summary>A datagram from the network's side. True when it is video that belongs to the call.</summary>
    /// <param name="rtcp">It came to the RTCP port.</param>
    public bool ReceiveIms(Instant now, IPEndPoint remote, Span<byte> datagram, bool rtcp)
    {
        switch (_ims.Receive(remote, datagram, rtcp, out var length))
        {
            case PeerPacketKind.Rtp:
                return _toWebRtc.Receive(now, datagram[..length]);
            case PeerPacketKind.Rtcp:
                _toIms.ReceiveFeedback(now, datagram[..length]);
                return false;
            default:
                return false;
        }
    }

    public void HandleTimeout(Instant now)
    {
        _webRtc.HandleTimeout(now);
        _ims.HandleTimeout(now);
    }

    public void Close(Instant now)
    {
        _webRtc.SendGoodbye(now);
        _ims.SendGoodbye(now);
    }

    public VideoRelayState Save(Instant now) => new(_webRtc.Save(now), _ims.Save(now)) { ImsSrtp = _ims.SaveSrtp() };

    /// <param name="savedAt">When it was saved, on this node's clock.</param>
    public void Restore(Instant savedAt, VideoRelayState saved)
    {
        _webRtc.Restore(savedAt, saved.WebRtc);
        _ims.Restore(savedAt, saved.Ims);
        _ims.Restore(saved.ImsSrtp);
    }

    public void Dispose() => _ims.Dispose();
}

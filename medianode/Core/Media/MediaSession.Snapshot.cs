using Byon.MediaNode.Core.Media.Amr;
using Byon.MediaNode.Core.Media.Moving;
using Byon.MediaNode.Core.Media.Video;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Dtls;

namespace Byon.MediaNode.Core.Media;

/// <summary>Saving a session and taking it up on another node.</summary>
public sealed partial class MediaSession
{
    /// <summary>A gap that clocks which disagree would make longer than this is taken for none.</summary>
    private static readonly TimeSpan LongestGap = TimeSpan.FromMinutes(1);

    /// <summary>For when there are ports for video.</summary>
    private readonly (Instant At, VideoRelayState State)? _savedVideo;

    /// <summary>Goes on with a session that was saved elsewhere; its peers need not know, as long as their packets arrive here.</summary>
    /// <param name="wallNow">By the clock that <see cref="Save"/> was given on the other node.</param>
    public MediaSession(
        Instant now, DateTimeOffset wallNow, MediaSessionState saved, MediaSockets sockets, IDtlsEndpointFactory dtls, ICodecFactory codecs,
        EntropySource entropy, MediaTransmitQueue queue, MediaSessionOptions? options = null)
        : this(sockets, new WebRtcPeer(now, saved.Peer, dtls), codecs, entropy, queue, options)
    {
        var gap = wallNow - saved.SavedAt;
        var savedAt = now - (gap < TimeSpan.Zero || gap > LongestGap ? TimeSpan.Zero : gap);
        Apply(now, saved.Plan);
        _webRtc.Restore(savedAt, saved.WebRtc);
        _ims.Restore(savedAt, saved.Ims, saved.ImsSource, saved.ImsSrtp);
        _toIms.Restore(now, savedAt, saved.ToIms);
        _toWebRtc.Restore(now, savedAt, saved.ToWebRtc);
        _adaptation = new AmrRateAdaptation(saved.AmrStepsDown);
        _toWebRtc.ExpectLoss(_webRtc.Rtcp.ExpectedLoss);
        _toIms.ExpectLoss(_ims.Rtcp.ExpectedLoss);
        (_heardWebRtc, _heardIms) = (saved.HeardWebRtc, saved.HeardIms);
        _savedVideo = saved.Video is { } video ? (savedAt, video) : null;
    }

    /// <summary>What another node needs to go on; null until the browser is connected.</summary>
    /// <remarks>Nothing may be sent after it: the numbers that follow belong to the other node (RFC 3711 §9.1).</remarks>
    public MediaSessionState? Save(Instant now, DateTimeOffset wallNow) => _plan is { } plan && _peer.Save() is { } peer
        ? new MediaSessionState(
            wallNow, peer, plan, _webRtc.Save(now), _ims.Save(now), _toIms.Save(now), _toWebRtc.Save(now), _ims.Source, _heardWebRtc, _heardIms,
            _adaptation.StepsDown)
        {
            ImsSrtp = _ims.SaveSrtp(),
            Video = _video?.Save(now),
        }
        : null;
}

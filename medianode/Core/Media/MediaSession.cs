using System.Diagnostics.CodeAnalysis;
using System.Net;
using Byon.MediaNode.Core.Media.Amr;
using Byon.MediaNode.Core.Media.Video;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Media;

/// <summary>The shell's own numbers for the sockets a session sends from; they come back with each <see cref="MediaTransmit"/>.</summary>
public readonly record struct MediaSockets(int WebRtc, int ImsRtp, int ImsRtcp)
{
    /// <summary>Who sent to the network's RTP socket in an earlier call, and may not have stopped; null where that is not known.</summary>
    public IPEndPoint? FormerSender { get; init; }
}

/// <summary>
/// The media of one call: a browser, the network, and audio and key presses between them. Fed with datagrams, plans and time;
/// datagrams to be sent lie in the transmit queue after each input, which its owner empties. Owned by one thread.
/// </summary>
public sealed partial class MediaSession : IDisposable
{
    private readonly MediaSessionOptions _options;
    private readonly WebRtcPeer _peer;
    private readonly MediaTransmitQueue _queue;
    private readonly int _webRtcSocket;
    private readonly WebRtcLeg _webRtc;
    private readonly ImsLeg _ims;
    private readonly AudioPath _toIms;
    private readonly AudioPath _toWebRtc;
    private readonly AmrRateAdaptation _adaptation;
    private readonly Queue<MediaEvent> _events = new();
    private readonly EntropySource _entropy;
    private VideoRelay? _video;
    private bool _heardWebRtc;
    private bool _heardIms;
    private bool _sawWebRtc;
    private bool _sawIms;
    private uint _rollOver;
    private uint _videoRollOver;
    private MediaPlan? _plan;

    /// <summary>When the network was heard last, or began to be expected; null while it may be silent.</summary>
    private Instant? _networkHeard;

    /// <summary>Takes over the peer, which ends with the session.</summary>
    public MediaSession(MediaSockets sockets, WebRtcPeer peer, ICodecFactory codecs, EntropySource entropy, MediaTransmitQueue queue, MediaSessionOptions? options = null)
    {
        _options = options ?? MediaSessionOptions.Default;
        _peer = peer;
        _queue = queue;
        _entropy = entropy;
        _webRtcSocket = sockets.WebRtc;
        _webRtc = new WebRtcLeg(queue, entropy, peer, sockets.WebRtc);
        _ims = new ImsLeg(queue, entropy, sockets.ImsRtp, sockets.ImsRtcp, _options.ExactSource, sockets.FormerSender);
        _adaptation = new AmrRateAdaptation();
        _toIms = new AudioPath(codecs, _ims.Output);
        _toWebRtc = new AudioPath(codecs, _webRtc.Output);
    }

    public Instant? NextTimeout => Instant.Earliest(
        Instant.Earliest(_peer.NextTimeout, Instant.Earliest(_webRtc.Rtcp.NextReport, _ims.Rtcp.NextReport)),
        Instant.Earliest(Instant.Earliest(_toIms.NextTimeout, _toWebRtc.NextTimeout), Instant.Earliest(_networkHeard + _options.IdleTime, _video?.NextTimeout)));

    /// <summary>
    /// The last input was a packet that was passed through, which brings <see cref="NextTimeout"/> no closer: whoever keeps it need not
    /// look at it again.
    /// </summary>
    public bool WasRelayed { get; private set; }

    /// <summary>Where the browser is now; null before its first valid check.</summary>
    public IPEndPoint? WebRtcRemote => _peer.Remote;

    /// <summary>Where the network's packets come from; null before the first one.</summary>
    public IPEndPoint? NetworkSource => _ims.Source;

    /// <inheritdoc cref="ImsLeg.SettledPeer"/>
    public IPEndPoint? SettledImsPeer => _ims.SettledPeer;

    /// <summary>Whether the browser has proved itself at that address.</summary>
    public bool IsValidated(IPEndPoint remote) => _peer.IsValidated(remote);

    /// <summary>May be read from any thread.</summary>
    public MediaStatistics Statistics
    {
        get
        {
            var webRtc = _webRtc.Statistics();
            var dropped = webRtc.Dropped;
            foreach (var why in Enum.GetValues<WebRtcDrop>()) dropped += _peer.Dropped(why);
            return new MediaStatistics(webRtc with { Dropped = dropped }, _ims.Statistics()) { Video = _video?.Statistics };
        }
    }

    /// <summary>
    /// Reads everything that the next packet will need, and changes nothing. With thousands of calls what belongs to one has
    /// left the processor's caches before its next packet comes: an owner that has packets of several calls in hand calls this for
    /// all of them first, and the waits for memory overlap. The sum of what was read has no meaning.
    /// </summary>
    public long ReadAhead(bool fromWebRtc) => fromWebRtc
        ? _webRtc.ReadAheadHearing() + _toIms.ReadAhead() + _ims.ReadAheadTelling() + _events.Count
        : _ims.ReadAheadHearing() + _toWebRtc.ReadAhead() + _webRtc.ReadAheadTelling() + _events.Count;

    /// <summary>How hard the encoders try, see <see cref="ComplexityGovernor"/>.</summary>
    public void SetComplexity(int complexity)
    {
        _toIms.SetComplexity(complexity);
        _toWebRtc.SetComplexity(complexity);
    }

    /// <summary>Takes up what was negotiated. A leg that was negotiated once stays connected when a plan leaves it out.</summary>
    public void Apply(Instant now, MediaPlan plan)
    {
        WasRelayed = false;
        _plan = plan;
        if (plan.WebRtc is not null) _webRtc.Configure(now, plan.WebRtc);
        if (plan.Ims is not null) _ims.Configure(now, plan.Ims);
        _toIms.Configure(plan.WebRtc?.Audio, plan.Ims?.Audio);
        _toWebRtc.Configure(plan.Ims?.Audio, plan.WebRtc?.Audio);
        _networkHeard = plan.Ims is { Audio.Direction: MediaDirection.SendReceive } ? _networkHeard ?? now : null;
        _video?.Apply(now, plan);
        DrainPeer();
    }

    /// <summary>Video may be negotiated from here on: ports were reserved for it on the network's side. Once for a session.</summary>
    public void AddVideo(Instant now, int rtpSocket, int rtcpSocket)
    {
        _video = new VideoRelay(_queue, _entropy, _peer, _webRtcSocket, rtpSocket, rtcpSocket, _options.ExactSource);
        _video.Belong(_webRtc.Rtcp, _ims.Rtcp);
        if (_savedVideo is { } saved) _video.Restore(saved.At, saved.State);
        if (_plan is { } plan) _video.Apply(now, plan);
    }

    /// <summary>A datagram from the browser's side. It is decrypted in place.</summary>
    public void ReceiveWebRtc(Instant now, IPEndPoint remote, Span<byte> datagram)
    {
        WasRelayed = false;
        switch (_peer.Receive(now, remote, datagram, out var length))
        {
            case PeerPacketKind.Rtp when _video is not null && length > 1 && _video.Takes((byte)(datagram[1] & 0x7F)):
                if (_video.ReceiveWebRtc(now, datagram[..length]) && !_sawWebRtc)
                {
                    _sawWebRtc = true;
                    _events.Enqueue(new FirstWebRtcVideo());
                }

                break;
            case PeerPacketKind.Rtp:
                // It gives the peer nothing to say.
                if (ReceiveRtp(now, _webRtc, _toIms, datagram[..length], fromWebRtc: true) && !_heardWebRtc)
                {
                    _heardWebRtc = true;
                    _events.Enqueue(new FirstWebRtcAudio());
                }

                return;
            case PeerPacketKind.Rtcp:
                _webRtc.ReceiveRtcp(now, datagram[..length]);
                _toWebRtc.ExpectLoss(_webRtc.Rtcp.ExpectedLoss);
                _video?.ReceiveWebRtcRtcp(now, datagram[..length]);
                break;
        }

        DrainPeer();
    }

    /// <summary>A datagram from the network's side. It is decrypted in place.</summary>
    /// <param name="rtcp">It came to the RTCP port.</param>
    public void ReceiveIms(Instant now, IPEndPoint remote, Span<byte> datagram, bool rtcp)
    {
        WasRelayed = false;
        var kind = _ims.Receive(remote, datagram, rtcp, out var length);
        if (kind != PeerPacketKind.None && _networkHeard is not null) _networkHeard = now;
        switch (kind)
        {
            case PeerPacketKind.Rtp:
                if (ReceiveRtp(now, _ims, _toWebRtc, datagram[..length], fromWebRtc: false) && !_heardIms)
                {
                    _heardIms = true;
                    _events.Enqueue(new FirstImsAudio());
                }

                break;
            case PeerPacketKind.Rtcp:
                _ims.ReceiveRtcp(now, datagram[..length]);
                _toIms.ExpectLoss(_ims.Rtcp.ExpectedLoss);
                break;
        }
    }

    /// <summary>A key that one side pressed by signalling.</summary>
    public void Press(Instant now, KeyPress press)
    {
        WasRelayed = false;
        if (!press.ToWebRtc) _toIms.Press(now, press.Key, press.Duration);
        else if (!_toWebRtc.HasJustHeard(now, press.Key)) _toWebRtc.Press(now, press.Key, press.Duration);
    }

    /// <summary>A datagram from the network's side, on one of the ports of video.</summary>
    /// <param name="rtcp">It came to the RTCP port.</param>
    public void ReceiveImsVideo(Instant now, IPEndPoint remote, Span<byte> datagram, bool rtcp)
    {
        WasRelayed = false;
        if (_video?.ReceiveIms(now, remote, datagram, rtcp) != true) return;
        if (_networkHeard is not null) _networkHeard = now;
        if (_sawIms) return;
        _sawIms = true;
        _events.Enqueue(new FirstImsVideo());
    }

    public void HandleTimeout(Instant now)
    {
        WasRelayed = false;
        _peer.HandleTimeout(now);
        DrainPeer();
        _toIms.HandleTimeout(now);
        _toWebRtc.HandleTimeout(now);
        TakeWhatWasHeard(_toIms, _toWebRtc, fromWebRtc: true);
        TakeWhatWasHeard(_toWebRtc, _toIms, fromWebRtc: false);
        _video?.HandleTimeout(now);
        if (_networkHeard + _options.IdleTime <= now)
        {
            _networkHeard = null;
            _events.Enqueue(new NetworkMediaLost());
        }

        _webRtc.SendReportIfDue(now);
        if (!_ims.SendReportIfDue(now)) return;
        TellRollOver(_ims.RollOver, ref _rollOver, isVideo: false);
        TellRollOver(_video?.ImsRollOver, ref _videoRollOver, isVideo: true);
        _adaptation.Update(_ims.Rtcp.FractionLost);
        _toIms.AskForLess(_adaptation.StepsDown);
    }

    /// <summary>Tells both peers that the session ends (RTCP BYE, DTLS close_notify). The owner sends what is queued, then disposes.</summary>
    public void Close(Instant now)
    {
        WasRelayed = false;
        _webRtc.SendGoodbye(now);
        _ims.SendGoodbye(now);
        _video?.Close(now);
        _peer.Close();
        DrainPeer();
    }

    public bool TryDequeue([NotNullWhen(true)] out MediaEvent? mediaEvent) => _events.TryDequeue(out mediaEvent);

    public void Dispose()
    {
        _toIms.Dispose();
        _toWebRtc.Dispose();
        _peer.Dispose();
        _ims.Dispose();
        _video?.Dispose();
    }

    /// <summary>True when the packet is audio that belongs to the call.</summary>
    private bool ReceiveRtp(Instant now, MediaLeg leg, AudioPath path, ReadOnlySpan<byte> datagram, bool fromWebRtc)
    {
        if (!RtpPacket.TryParse(datagram, out var packet))
        {
            leg.Drop();
            return false;
        }

        switch (leg.Admit(now, packet, out var format, out var eventFormat))
        {
            case RtpArrival.Audio:
                WasRelayed = path.Receive(now, packet, format!);
                if (!WasRelayed) TakeWhatWasHeard(path, fromWebRtc ? _toWebRtc : _toIms, fromWebRtc);
                return true;
            case RtpArrival.ComfortNoise:
                path.ReceiveNoise(now, packet);
                return true;
            case RtpArrival.TelephoneEvent:
                if (path.ReceiveEvent(now, packet, eventFormat!) is { } digit) _events.Enqueue(new DigitRelayed(digit, fromWebRtc));
                return false;
            default:
                return false;
        }
    }

    /// <summary>Decoded audio tells more than sounds: what the peer wants to be sent, and keys it sounds.</summary>
    private void TakeWhatWasHeard(AudioPath path, AudioPath back, bool fromWebRtc)
    {
        back.Request(path.RequestedMode);
        if (path.TakeKey() is { } key) _events.Enqueue(new DigitRelayed(key, fromWebRtc));
    }

    /// <summary>With the reports, and so never more often, whatever a peer does with its numbers.</summary>
    private void TellRollOver(uint? now, ref uint told, bool isVideo)
    {
        if (now is not { } counter || counter == told) return;
        told = counter;
        _events.Enqueue(new ImsRolledOver(counter, isVideo));
    }

    private void DrainPeer()
    {
        while (_peer.TryDequeue(out PeerTransmit transmit))
        {
            var slot = _queue.Reserve();
            if (transmit.Datagram.Length > slot.Length) continue;
            transmit.Datagram.Span.CopyTo(slot);
            _queue.Commit(_webRtcSocket, transmit.Remote, transmit.Datagram.Length);
        }

        while (_peer.TryDequeue(out MediaEvent? mediaEvent)) _events.Enqueue(mediaEvent);
    }
}

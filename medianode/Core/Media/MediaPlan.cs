using System.Net;
using Byon.MediaNode.Core.Media.Video;
using Byon.MediaNode.Core.Protocol.Dtls;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Media;

/// <summary>The browser's side of a call as negotiated so far.</summary>
/// <param name="PeerIce">The peer's ufrag and password; its candidates are not needed, since an ICE-lite agent only answers checks.</param>
/// <param name="PeerFingerprint">The certificate the DTLS peer must show (RFC 8122).</param>
/// <param name="DtlsClient">True where the peer took the passive role and this node must start the handshake (RFC 8842).</param>
public sealed record WebRtcLegPlan(IceCredentials PeerIce, DtlsFingerprint PeerFingerprint, bool DtlsClient, AudioStream Audio)
{
    /// <summary>Ours as the newest description says, which changes when the peer restarts ICE; null leaves them as they were allocated.</summary>
    public IceCredentials? LocalIce { get; init; }

    /// <summary>Null without video.</summary>
    public VideoStream? Video { get; init; }
}

/// <summary>The network's side of a call as negotiated so far.</summary>
/// <param name="PeerRtcp">Port + 1 unless a=rtcp says otherwise (RFC 3605), the RTP address with rtcp-mux.</param>
public sealed record ImsLegPlan(IPEndPoint PeerRtp, IPEndPoint PeerRtcp, bool RtcpMux, AudioStream Audio)
{
    /// <summary>
    /// Every format that was received on or that the peer has listed since the call began: its payload type means nothing else
    /// until the call ends (RFC 3264 §8.3.2).
    /// </summary>
    public IReadOnlyList<AudioFormat> Bindings { get => field ?? Audio.Receive; init; }

    /// <summary>Keys of both directions where the descriptions agreed on some (RFC 4568, RTP/SAVP); null is plain RTP.</summary>
    public SrtpKeys? Srtp { get; init; }

    /// <summary>Null without video.</summary>
    public ImsVideo? Video { get; init; }

    /// <summary>As <see cref="Bindings"/>, of video.</summary>
    public IReadOnlyList<VideoFormat> VideoBindings { get; init; } = [];

    /// <summary>The m= lines of the session: they keep their number and order until the call ends (RFC 3264 §8).</summary>
    public IReadOnlyList<MediaSlot> Slots { get; init; } = [];
}

/// <summary>One m= line as it was described last.</summary>
/// <param name="IsAudio">The call's audio, among lines that may be of the same kind.</param>
public sealed record MediaSlot(string Kind, string Profile, IReadOnlyList<string> Formats, bool IsAudio);

/// <summary>What a media session is to do now. A new plan replaces the old one; a null leg is not negotiated yet.</summary>
public sealed record MediaPlan(WebRtcLegPlan? WebRtc, ImsLegPlan? Ims);

/// <summary>What the shell hands to a call before any SDP can be written: ports, certificate, ICE identity.</summary>
/// <param name="Worker">Which media worker owns the session.</param>
/// <param name="WebRtc">The worker's WebRTC address as browsers reach it.</param>
/// <param name="ImsRtp">RTP address reserved for this call on the IMS side; RTCP is the next port.</param>
/// <param name="Fingerprint">Of the node's certificate.</param>
public sealed record MediaAllocation(int Worker, IPEndPoint WebRtc, IPEndPoint ImsRtp, IceCredentials Ice, DtlsFingerprint Fingerprint)
{
    /// <summary>The same port by IPv6, where browsers reach it by both families.</summary>
    public IPEndPoint? WebRtc6 { get; init; }

    /// <summary>Keys for SRTP towards the network; null where only plain RTP is spoken.</summary>
    public SdesTerms? Sdes { get; init; }

    /// <summary>RTP address of the call's video on the IMS side, RTCP on the next port; null where none is reserved.</summary>
    public IPEndPoint? ImsVideo { get; init; }
}

/// <summary>What a media session tells the call that owns it.</summary>
public abstract record MediaEvent;

/// <summary>The first valid connectivity check with USE-CANDIDATE was answered (RFC 8445 §7.3.1.5).</summary>
public sealed record IceConnected : MediaEvent;

/// <summary>The DTLS handshake finished and the fingerprint matched.</summary>
public sealed record DtlsConnected(string SrtpProfile) : MediaEvent;

/// <summary>The DTLS handshake failed for good; the call cannot have media.</summary>
public sealed record DtlsFailed(string Why) : MediaEvent;

/// <summary>First audio packet from the browser was decrypted.</summary>
public sealed record FirstWebRtcAudio : MediaEvent;

/// <summary>First audio packet from the network arrived.</summary>
public sealed record FirstImsAudio : MediaEvent;

/// <summary>First packet of video from the browser.</summary>
public sealed record FirstWebRtcVideo : MediaEvent;

/// <summary>First packet of video from the network.</summary>
public sealed record FirstImsVideo : MediaEvent;

/// <summary>No valid check or packet from the browser within the consent time (RFC 7675 §5.1: 30 s).</summary>
public sealed record WebRtcPeerLost : MediaEvent;

/// <summary>Nothing, not even a report, came from the network for <see cref="MediaSessionOptions.IdleTime"/>, though the call is not on hold.</summary>
public sealed record NetworkMediaLost : MediaEvent;

/// <summary>
/// The sequence numbers of the network's SRTP have started over, or those of another source count: told within seconds of it. Who goes
/// on with the call elsewhere has to know the counter, which no packet carries (RFC 3711 §3.3.1).
/// </summary>
public sealed record ImsRolledOver(uint RollOver, bool IsVideo) : MediaEvent;

/// <summary>A telephone event started on one leg and is being relayed to the other.</summary>
public sealed record DigitRelayed(char Digit, bool FromWebRtc) : MediaEvent;

/// <summary>The media session failed from within and is gone; the call cannot have media.</summary>
public sealed record MediaFailed(string Why) : MediaEvent;

using System.Net;
using Byon.MediaNode.Core.Media.Video;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Media.Moving;

/// <summary>
/// The media of a live call as one value: with it another node goes on where this one stopped, and neither peer notices more than
/// the gap. It holds master keys: treat it as a secret, and use it once, since two senders with one key give it away.
/// </summary>
/// <param name="SavedAt">By the wall clock, the only one that two nodes share; every age below counts back from here.</param>
/// <param name="Plan">The newest plan. Codecs start anew under it: their memory is shorter than the gap.</param>
/// <param name="ImsSource">Where the network's packets come from; null before the first one.</param>
/// <param name="AmrStepsDown">See <see cref="Amr.AmrRateAdaptation"/>.</param>
public sealed record MediaSessionState(
    DateTimeOffset SavedAt, WebRtcPeerState Peer, MediaPlan Plan, MediaLegState WebRtc, MediaLegState Ims, AudioPathState ToIms, AudioPathState ToWebRtc,
    IPEndPoint? ImsSource, bool HeardWebRtc, bool HeardIms, int AmrStepsDown)
{
    /// <summary>Null where the network's side has always been plain RTP.</summary>
    public ImsSrtpState? ImsSrtp { get; init; }

    /// <summary>Null where there were no ports for video.</summary>
    public VideoRelayState? Video { get; init; }
}

/// <summary>Both directions towards the network.</summary>
public sealed record ImsSrtpState(SrtpContextState Send, SrtpContextState Receive);

/// <summary>One side of a call: what was counted, and the stream that its peer hears.</summary>
/// <param name="LastReceived">Age of the last packet.</param>
/// <param name="LostEarlier">Lost from sources that have been replaced.</param>
public sealed record MediaLegState(
    RtcpSessionState Rtcp, RtpOutputState Output, TimeSpan LastReceived, long PacketsReceived, long BytesReceived, long Dropped, long LostEarlier,
    int ClockRate);

/// <summary>The one RTP stream that a peer hears, and how what is forwarded into it is renumbered.</summary>
/// <param name="Advanced">Age of <paramref name="Timestamp"/>; null where nothing was sent.</param>
/// <param name="Source">SSRC that is forwarded; null where there is none.</param>
public sealed record RtpOutputState(
    ushort Sequence, uint Timestamp, TimeSpan? Advanced, uint? Source, ushort SourceStart, ushort SourceSequence, ushort SequenceOffset,
    uint TimestampOffset);

/// <summary>Audio in one direction: the key that is being pressed, and how steadily the source has come.</summary>
/// <param name="Heard">Format that is decoded; null where audio is passed through or nobody speaks.</param>
/// <param name="Source">SSRC that is decoded.</param>
/// <param name="Spread">Of its arrival, as the jitter buffer has measured it.</param>
/// <param name="EventTimestamp">Time stamp, as sent, of the key that is being pressed.</param>
/// <param name="Waiting">Keys that came by signalling and are yet to be pressed.</param>
public sealed record AudioPathState(
    AudioFormat? Heard, uint Source, TimeSpan Spread, DtmfRelayState Key, uint EventTimestamp, string Waiting = "");

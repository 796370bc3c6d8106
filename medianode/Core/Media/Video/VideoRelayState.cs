using Byon.MediaNode.Core.Media.Moving;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Media.Video;

/// <summary>
/// The video of a live call as a value. Both streams keep their SSRC and go on numbering where they were; what was kept for sending
/// again stays behind, and the sources are asked for a whole picture instead.
/// </summary>
public sealed record VideoRelayState(VideoLegState WebRtc, VideoLegState Ims)
{
    /// <summary>Null where the network's side has always been plain RTP.</summary>
    public ImsSrtpState? ImsSrtp { get; init; }
}

/// <param name="PictureNumber">Of the next FIR.</param>
public sealed record VideoLegState(RtcpSessionState Rtcp, VideoNumberingState Numbering, byte PictureNumber)
{
    public VideoCounters Counted { get; init; }

    /// <summary>Of what arrived last.</summary>
    public VideoCodec? Codec { get; init; }

    /// <summary>Age of the first packet; null where none came.</summary>
    public TimeSpan? FirstReceived { get; init; }

    /// <summary>Age of the last one.</summary>
    public TimeSpan? LastReceived { get; init; }
}

/// <param name="Sequence">Sent last.</param>
/// <param name="Advanced">Age of <paramref name="Timestamp"/>; null where nothing was sent.</param>
public sealed record VideoNumberingState(ushort Sequence, uint Timestamp, TimeSpan? Advanced);

using System.Net;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Media.Video;

/// <summary>One leg's video after offer and answer.</summary>
/// <param name="Send">What this node sends: the other leg's stream under this leg's payload type.</param>
/// <param name="Receive">What the peer sends: the same encoding.</param>
public sealed record VideoStream(VideoFormat Send, VideoFormat Receive, VideoFeedback Feedback, MediaDirection Direction)
{
    /// <summary>The most that the peer wants to be sent, in kbit/s (b=AS); null where it does not say.</summary>
    public int? Kilobits { get; init; }
}

/// <summary>The network's video, on ports of its own.</summary>
/// <param name="PeerRtcp">Port + 1 unless a=rtcp says otherwise (RFC 3605), the RTP address with rtcp-mux.</param>
public sealed record ImsVideo(IPEndPoint PeerRtp, IPEndPoint PeerRtcp, bool RtcpMux, VideoStream Stream)
{
    /// <summary>Keys of both directions (RFC 4568), apart from those of audio; null is plain RTP.</summary>
    public SrtpKeys? Srtp { get; init; }
}

/// <summary>What one leg would like of video, for an offer or an answer. Two wishes for the same encodings are equal, in whatever order.</summary>
/// <param name="Format">As the browser speaks it.</param>
/// <param name="Kilobits">The most that either side may send, b=AS.</param>
public sealed record VideoWish(VideoFormat Format, MediaDirection Direction, int Kilobits)
{
    /// <summary>What the browser can speak instead: <see cref="VideoPolicy.Other"/>.</summary>
    public VideoFormat? Other { get; init; }

    /// <summary>In order of preference.</summary>
    public IReadOnlyList<VideoFormat> InOrder() => Other is null ? [Format] : [Format, Other];

    public bool IsFor(VideoFormat format) => Format.IsSameEncoding(format) || Other?.IsSameEncoding(format) == true;

    public bool Equals(VideoWish? other) => other is not null && Direction == other.Direction && Kilobits == other.Kilobits
        && InOrder().All(other.IsFor) && other.InOrder().All(IsFor);

    public override int GetHashCode() => HashCode.Combine(Direction, Kilobits);
}

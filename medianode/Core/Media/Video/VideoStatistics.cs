namespace Byon.MediaNode.Core.Media.Video;

/// <summary>Video of both legs. Packets and bytes are RTP payloads.</summary>
public sealed record VideoStatistics(VideoLegStatistics WebRtc, VideoLegStatistics Ims);

/// <summary>One leg's counters since the session began. Taken while media runs, so the figures may be a packet apart.</summary>
/// <param name="Lost">Packets of the peer that never arrived, also when asked for again.</param>
/// <param name="PicturesRequested">Whole pictures asked of the peer.</param>
/// <param name="Resent">Packets that the peer asked for again and got.</param>
/// <param name="Dropped">Packets that were not what the leg expects.</param>
public sealed record VideoLegStatistics(
    long PacketsReceived, long BytesReceived, long PacketsSent, long BytesSent, long Lost, TimeSpan Jitter, TimeSpan? RoundTrip, long PicturesRequested,
    long Resent, long Dropped)
{
    /// <summary>Null before any video.</summary>
    public VideoCodec? Codec { get; init; }

    /// <summary>Of what arrived, 0 to 1.</summary>
    public double LossFraction => Lost <= 0 ? 0 : Lost / (double)(PacketsReceived + Lost);
}

namespace Byon.MediaNode.Core.Media.Video;

/// <summary>Video of both legs. Packets and bytes are RTP payloads.</summary>
public sealed record VideoStatistics(VideoLegStatistics WebRtc, VideoLegStatistics Ims);

/// <summary>One leg's counters since the session began. Taken while media runs, so the figures may be a packet apart.</summary>
/// <param name="Lost">Packets of the peer that never arrived, also when asked for again.</param>
public sealed record VideoLegStatistics(
    VideoCounters Counted, long PacketsSent, long BytesSent, long Lost, TimeSpan Jitter, TimeSpan? RoundTrip)
{
    /// <summary>Of what arrived last; null before any video.</summary>
    public VideoCodec? Codec { get; init; }

    /// <summary>From the first packet to the last one.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Of what arrived, 0 to 1.</summary>
    public double LossFraction => Lost <= 0 ? 0 : Lost / (double)(Counted.PacketsReceived + Lost);

    /// <summary>Of what arrived, on the average from the first packet to the last one; 0 for less than two.</summary>
    public double BitsPerSecond => Duration > TimeSpan.Zero ? Counted.BytesReceived * 8 / Duration.TotalSeconds : 0;
}

using Byon.MediaNode.Core.Media.Video;

namespace Byon.MediaNode.Core.Media;

/// <summary>One leg's counters since the session began. Taken while media runs, so the figures may be a packet apart.</summary>
/// <param name="Lost">Packets of the peer that never arrived, by RFC 3550 A.3: duplicates count against it.</param>
/// <param name="Jitter">Of what arrives, by RFC 3550 A.8.</param>
/// <param name="PeerLost">What the peer says it lost of ours; null until it has reported.</param>
/// <param name="Dropped">Packets that were not what the leg expects, garbage included.</param>
public sealed record MediaLegStatistics(
    long PacketsReceived, long BytesReceived, long PacketsSent, long BytesSent, long Lost, TimeSpan Jitter, long? PeerLost,
    TimeSpan? RoundTrip, long Dropped)
{
    /// <summary>Of the audio that arrived last; null before any.</summary>
    public AudioCodec? Codec { get; init; }

    /// <summary>Of what arrived, 0 to 1.</summary>
    public double LossFraction => Lost <= 0 ? 0 : Lost / (double)(PacketsReceived + Lost);

    /// <summary>What it sounds like; null before any audio.</summary>
    public VoiceQuality? Quality { get; init; }
}

/// <summary>Both legs of a call. Packets and bytes are RTP payloads.</summary>
public sealed record MediaStatistics(MediaLegStatistics WebRtc, MediaLegStatistics Ims)
{
    /// <summary>Null for a call that cannot have video.</summary>
    public VideoStatistics? Video { get; init; }
}

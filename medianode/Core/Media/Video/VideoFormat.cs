namespace Byon.MediaNode.Core.Media.Video;

/// <summary>What video may be here. It is passed through, never transcoded.</summary>
public enum VideoCodec
{
    H264,
    Vp8,
}

/// <summary>One negotiated video format: what an rtpmap and its fmtp say. The RTP clock is 90,000 Hz for all of them.</summary>
public sealed record VideoFormat(VideoCodec Codec, byte PayloadType, string? Parameters = null)
{
    public const int ClockRate = 90_000;

    /// <summary>Whether a stream of the one can be handed on as the other untouched, whatever the payload types.</summary>
    public bool IsSameEncoding(VideoFormat other) => Codec == other.Codec
        && (Codec != VideoCodec.H264
            || (H264Parameters.TryParse(Parameters, out var mine) && H264Parameters.TryParse(other.Parameters, out var theirs) && mine.IsSameEncoding(theirs)));
}

/// <summary>What a receiver of video may ask its sender for, as both have agreed (RFC 4585, RFC 5104, goog-remb).</summary>
[Flags]
public enum VideoFeedback
{
    None = 0,

    /// <summary>Packets again: <c>nack</c>.</summary>
    Nack = 1,

    /// <summary>A picture that needs no earlier one, because some were lost: <c>nack pli</c>.</summary>
    PictureLoss = 2,

    /// <summary>A picture that needs no earlier one, for any reason: <c>ccm fir</c>.</summary>
    FullIntra = 4,

    /// <summary>A limit of the bit rate: <c>ccm tmmbr</c>.</summary>
    BitrateLimit = 8,

    /// <summary>A limit of the bit rate as browsers ask for it: <c>goog-remb</c>.</summary>
    EstimatedBitrate = 16,
}

namespace Byon.MediaNode.Core.Media.Video;

/// <summary>
/// Which encoding a call's video has: the one place that decides. A browser is answered before the network is, so it gets exactly
/// one encoding: H.264 Constrained Baseline, which phones must speak (TS 26.114 §5.2.2), else VP8. The network is offered that one
/// first, and then the other one of the two where the browser has it; a network that takes the other one has the browser offered
/// it anew, and one that takes neither gets no video.
/// </summary>
public static class VideoPolicy
{
    /// <param name="inUse">Of a call that has an encoding already; it stays.</param>
    public static VideoFormat? Choose(IReadOnlyList<VideoFormat> offered, VideoFormat? inUse) =>
        (inUse is null ? null : offered.FirstOrDefault(inUse.IsSameEncoding)) ?? InOrder(offered).FirstOrDefault();

    /// <summary>What a browser can speak instead of the encoding it was given; null where it has only that.</summary>
    /// <param name="spoken">All that the browser has described.</param>
    public static VideoFormat? Other(IReadOnlyList<VideoFormat> spoken, VideoFormat given) => InOrder(spoken).FirstOrDefault(format => format.Codec != given.Codec);

    /// <summary>What to offer a browser of a network's formats, the likeliest first and each encoding once.</summary>
    public static IReadOnlyList<VideoFormat> ForBrowser(IReadOnlyList<VideoFormat> network)
    {
        var chosen = new List<VideoFormat>();
        foreach (var format in InOrder(network))
        {
            if (!chosen.Exists(format.IsSameEncoding)) chosen.Add(format);
        }

        return chosen;
    }

    private static IEnumerable<VideoFormat> InOrder(IReadOnlyList<VideoFormat> formats) => formats.OrderByDescending(Preference);

    private static int Preference(VideoFormat format) =>
        format.Codec == VideoCodec.Vp8 ? 3 : H264Parameters.TryParse(format.Parameters, out var h264) ? h264.Preference : 0;
}

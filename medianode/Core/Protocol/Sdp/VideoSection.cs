using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Video;

namespace Byon.MediaNode.Core.Protocol.Sdp;

/// <summary>One m=video section as read: the formats of it that can be passed through, in its order.</summary>
internal sealed record VideoSection(MediaDescription Media, IReadOnlyList<VideoFormat> Formats, MediaDirection Direction)
{
    private static readonly (VideoFeedback Feedback, string Value)[] FeedbackValues =
    [
        (VideoFeedback.Nack, "nack"), (VideoFeedback.PictureLoss, "nack pli"), (VideoFeedback.FullIntra, "ccm fir"),
        (VideoFeedback.BitrateLimit, "ccm tmmbr"), (VideoFeedback.EstimatedBitrate, "goog-remb"),
    ];

    /// <summary>The first m=video that is not refused, is usable and has a format that is known; null where there is none.</summary>
    public static VideoSection? Find(SessionDescription session, Func<MediaDescription, bool> isUsable)
    {
        foreach (var media in session.Media.Where(m => m.Kind == "video" && !m.IsRejected && isUsable(m)))
        {
            var formats = ReadFormats(media);
            if (formats.Count > 0) return new VideoSection(media, formats, MediaDirections.Read(session, media));
        }

        return null;
    }

    /// <summary>rtpmap's encoding name and clock.</summary>
    public static string Encoding(VideoFormat format) => format.Codec == VideoCodec.Vp8 ? "VP8/90000" : "H264/90000";

    /// <summary>What a=rtcp-fb lists for the format, by its payload type or for all by an asterisk (RFC 4585 §4.2).</summary>
    public VideoFeedback Feedback(VideoFormat format)
    {
        var found = VideoFeedback.None;
        foreach (var value in Media.Values("rtcp-fb"))
        {
            if (value.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is not [var type, var name]) continue;
            if (type != "*" && !(AudioFormats.TryPayloadType(type, out var payloadType) && payloadType == format.PayloadType)) continue;

            // Parameters may follow, as the limit of tmmbr.
            var words = name.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var known = words is ["ccm" or "nack", var kind, ..] ? $"{words[0]} {kind}" : words[0];
            foreach (var (feedback, text) in FeedbackValues)
            {
                if (text == known) found |= feedback;
            }
        }

        return found;
    }

    /// <summary>Writes rtpmap, fmtp and rtcp-fb of one format.</summary>
    public static void WriteFormat(SdpWriter writer, VideoFormat format, VideoFeedback feedback)
    {
        writer.Attribute("rtpmap", $"{format.PayloadType} {Encoding(format)}");
        if (format.Parameters is not null) writer.Attribute("fmtp", $"{format.PayloadType} {format.Parameters}");
        foreach (var (one, value) in FeedbackValues)
        {
            if (feedback.HasFlag(one)) writer.Attribute("rtcp-fb", $"{format.PayloadType} {value}");
        }
    }

    /// <summary>The format with what we say of it: nothing of the peer's text is repeated.</summary>
    public static VideoFormat WithOwnParameters(VideoFormat format, byte payloadType) => new(
        format.Codec, payloadType, H264(format) is { } h264 ? h264.Own : null);

    /// <summary>
    /// For the answer to a peer that offered <paramref name="format"/>: profile and mode as it names them, since the two
    /// directions must agree in both (RFC 6184 §8.2.2).
    /// </summary>
    public static VideoFormat Mirrored(VideoFormat format) => H264(format) is { } h264
        ? format with { Parameters = $"{(h264.LevelAsymmetry ? "level-asymmetry-allowed=1;" : "")}packetization-mode={h264.PacketizationMode};profile-level-id={h264.Profile:x4}{h264.Level:x2}" }
        : format with { Parameters = null };

    private static H264Parameters? H264(VideoFormat format) =>
        format.Codec == VideoCodec.H264 && H264Parameters.TryParse(format.Parameters, out var h264) ? h264 : null;

    private static List<VideoFormat> ReadFormats(MediaDescription media)
    {
        var mappings = AudioFormats.ReadMappings(media, "rtpmap");
        var parameters = AudioFormats.ReadMappings(media, "fmtp");
        var formats = new List<VideoFormat>();
        foreach (var text in media.Formats)
        {
            if (!AudioFormats.TryPayloadType(text, out var type) || !mappings.TryGetValue(type, out var mapping)) continue;
            var format = mapping.ToUpperInvariant() switch
            {
                "H264/90000" => new VideoFormat(VideoCodec.H264, type, parameters.GetValueOrDefault(type)),
                "VP8/90000" => new VideoFormat(VideoCodec.Vp8, type, parameters.GetValueOrDefault(type)),
                _ => null,
            };
            if (format is not null && (format.Codec == VideoCodec.Vp8 || H264(format) is not null) && formats.TrueForAll(f => f.PayloadType != type)) formats.Add(format);
        }

        return formats;
    }
}

using System.Globalization;
using System.Net;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Video;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Protocol.Sdp;

/// <summary>
/// The m=video of the network's side (TS 26.114 §6.2.3): on ports of its own. Feedback is offered by capability
/// negotiation (RFC 5939), so that a peer without RTP/AVPF can still take the video.
/// </summary>
internal static class ImsVideoSection
{
    private const VideoFeedback Ours = VideoFeedback.Nack | VideoFeedback.PictureLoss | VideoFeedback.FullIntra | VideoFeedback.BitrateLimit;

    /// <summary>The first of the payload types of our own offers.</summary>
    private const byte FirstPayloadType = 98;

    /// <summary>The m=video that a description has to offer; null where there is none for us.</summary>
    /// <param name="security">What may carry it.</param>
    public static VideoSection? Find(SessionDescription session, VideoSecurity security) => VideoSection.Find(
        session,
        media => security.Allows(media) && media.Port != IPEndPoint.MaxPort && Address(session, media) is not null);

    /// <summary>The wish as we offer it: each encoding under the payload type that it had in this call, or else one that meant nothing yet.</summary>
    public static IReadOnlyList<VideoFormat> Offered(VideoWish wish, IReadOnlyList<VideoFormat> bindings)
    {
        var offered = new List<VideoFormat>();
        foreach (var format in wish.InOrder())
        {
            var type = bindings.FirstOrDefault(format.IsSameEncoding)?.PayloadType ?? Free(bindings.Concat(offered));
            if (type is not null) offered.Add(VideoSection.WithOwnParameters(format, type.Value));
        }

        return offered is [] ? [VideoSection.WithOwnParameters(wish.Format, FirstPayloadType)] : offered;
    }

    private static byte? Free(IEnumerable<VideoFormat> taken) => Enumerable.Range(FirstPayloadType, 128 - FirstPayloadType)
        .Select(type => (byte?)type).FirstOrDefault(type => taken.All(one => one.PayloadType != type));

    /// <param name="keys">Null offers plain RTP.</param>
    public static void WriteOffer(
        SdpWriter writer, IPEndPoint local, VideoWish wish, IReadOnlyList<VideoFormat> formats, bool rtcpMux, IEnumerable<SdesCrypto>? keys)
    {
        Begin(writer, local, keys is null ? "RTP/AVP" : "RTP/SAVP", formats, wish.Kilobits);
        writer.Attribute("tcap", $"1 {WithFeedback(keys is not null)}").Attribute("pcfg", "1 t=1");
        foreach (var format in formats) VideoSection.WriteFormat(writer, format, Ours);
        End(writer, local, wish.Direction, rtcpMux);
        SdesCrypto.Write(writer, keys ?? []);
    }

    /// <summary>Of an answer that names several of what was offered, the first one is what the peer sends (RFC 3264 §6.1).</summary>
    /// <param name="sdes">Null where plain RTP was offered.</param>
    /// <param name="inUse">The suite that was offered alone.</param>
    public static ImsVideo? ReadAnswer(SessionDescription answer, IReadOnlyList<VideoFormat> offered, VideoWish wish, SdesTerms? sdes, SrtpProfile? inUse)
    {
        if (Find(answer, sdes is null ? VideoSecurity.Plain : VideoSecurity.Secured) is not { } section
            || section.Formats.FirstOrDefault(one => offered.Any(one.IsSameEncoding)) is not { } format) return null;
        var plan = Plan(answer, section, format, offered.First(format.IsSameEncoding), wish.Direction);
        if (sdes is null) return plan;
        return SdesCrypto.First(section.Media) is { } crypto && crypto.AnswersOffer(inUse) ? plan with { Srtp = crypto.Agreed(sdes) } : null;
    }

    /// <summary>The format of the offer that is what the wish speaks, or else can speak; null where nothing of it is, or no key can be used.</summary>
    /// <param name="sdes">Keys of ours for a secured section.</param>
    public static ImsVideo? Choose(SessionDescription offer, VideoSection section, VideoWish wish, ImsVideo? current, SdesTerms? sdes)
    {
        var crypto = section.Media.IsSecured() ? SdesCrypto.First(section.Media) : null;
        if (section.Media.IsSecured() && (crypto is null || sdes is null)) return null;
        var possible = section.Formats.Where(wish.IsFor).OrderByDescending(wish.Format.IsSameEncoding);
        var format = possible.ThenByDescending(f => f.PayloadType == current?.Stream.Send.PayloadType).FirstOrDefault();
        return format is null ? null : Plan(offer, section, format, VideoSection.Mirrored(format), wish.Direction) with { Srtp = crypto?.Agreed(sdes!) };
    }

    public static void WriteAnswer(SdpWriter writer, IPEndPoint local, VideoSection section, ImsVideo chosen, int kilobits)
    {
        // A potential configuration that names RTP/AVPF is preferred to the actual one (RFC 5939 §3.6.2).
        var secured = section.Media.IsSecured();
        var configuration = section.Media.Profile == WithFeedback(secured) ? null : FeedbackConfiguration(section.Media, WithFeedback(secured));
        Begin(writer, local, configuration is null ? section.Media.Profile : WithFeedback(secured), [chosen.Stream.Receive], kilobits);
        if (configuration is not null) writer.Attribute("acfg", configuration);
        VideoSection.WriteFormat(writer, chosen.Stream.Receive, chosen.Stream.Feedback);
        End(writer, local, chosen.Stream.Direction, chosen.RtcpMux);
        // The line of the offer that was chosen, with a key of ours (RFC 4568 §5.1.2).
        if (chosen.Srtp is { } keys) SdesCrypto.Write(writer, [new SdesCrypto(SdesCrypto.First(section.Media)!.Tag, keys.Profile, keys.Send)]);
    }

    private static string WithFeedback(bool secured) => secured ? "RTP/SAVPF" : "RTP/AVPF";

    private static ImsVideo Plan(SessionDescription session, VideoSection section, VideoFormat send, VideoFormat receive, MediaDirection wanted)
    {
        var media = section.Media;
        var address = Address(session, media)!;
        var direction = wanted & MediaDirections.Mirror(section.Direction);
        if (SdpAddress.IsUnspecified(address)) direction &= ~MediaDirection.SendOnly;
        var rtp = new IPEndPoint(address, media.Port);
        var mux = media.Has("rtcp-mux");
        return new ImsVideo(
            rtp, mux ? rtp : RtcpAddress.Of(media, rtp), mux,
            new VideoStream(send, receive, section.Feedback(send) & Ours, direction) { Kilobits = media.Kilobits });
    }

    private static void Begin(SdpWriter writer, IPEndPoint local, string profile, IReadOnlyList<VideoFormat> formats, int kilobits) => writer
        .Line('m', string.Create(CultureInfo.InvariantCulture, $"video {local.Port} {profile} {string.Join(' ', formats.Select(format => format.PayloadType))}"))
        .Line('b', string.Create(CultureInfo.InvariantCulture, $"AS:{kilobits}"));

    private static void End(SdpWriter writer, IPEndPoint local, MediaDirection direction, bool rtcpMux)
    {
        writer.Direction(direction).Attribute("rtcp", (rtcpMux ? local.Port : local.Port + 1).ToString(CultureInfo.InvariantCulture));
        if (rtcpMux) writer.Attribute("rtcp-mux");
    }

    private static IPAddress? Address(SessionDescription session, MediaDescription media) => SdpAddress.Parse(media.Connection ?? session.Connection);

    /// <summary>"1 t=2" where a=pcfg:1 names the transport capability a=tcap:2 RTP/AVPF (or RTP/SAVPF) and nothing else; null without one.</summary>
    private static string? FeedbackConfiguration(MediaDescription media, string profile)
    {
        var capabilities = media.Values("tcap").SelectMany(Numbered).Where(c => c.Profile == profile).Select(c => c.Number).ToList();
        foreach (var fields in media.Values("pcfg").Select(v => v.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            if (fields is not [var number, var transport] || !SdpToken.IsToken(number) || !transport.StartsWith("t=", StringComparison.Ordinal)) continue;
            foreach (var wanted in transport[2..].Split('|'))
            {
                if (int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var capability) && capabilities.Contains(capability))
                    return string.Create(CultureInfo.InvariantCulture, $"{number} t={capability}");
            }
        }

        return null;
    }

    /// <summary>a=tcap:N proto proto … numbers its profiles from N on (RFC 5939 §3.4.2).</summary>
    private static IEnumerable<(int Number, string Profile)> Numbered(string capabilities)
    {
        var fields = capabilities.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 2 || !int.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first) || first > 1_000) return [];
        return fields.Skip(1).Select((profile, index) => (first + index, profile));
    }
}

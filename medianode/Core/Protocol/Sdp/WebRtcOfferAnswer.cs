using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Video;

namespace Byon.MediaNode.Core.Protocol.Sdp;

/// <summary>Offer and answer with a browser (RFC 8829, RFC 8839, RFC 8842): ICE-lite, rtcp-mux, BUNDLE, DTLS-SRTP.</summary>
/// <remarks>
/// Offers carry no a=ssrc: the RTP session picks its SSRC later, and a browser maps what it sees to the section that has its payload
/// type (RFC 9143 §9.2), which is why audio and video have none in common. a=msid makes the tracks, of one stream.
/// </remarks>
public static class WebRtcOfferAnswer
{
    /// <summary>Payload types of our own offers: those Chrome uses, so that offers in either direction look alike.</summary>
    private static readonly AudioFormats Own = new(
        [
            new AudioFormat(AudioCodec.Opus, 111, 48_000, OpusParameters.Own),
            new AudioFormat(AudioCodec.G722, 9, 8_000),
            new AudioFormat(AudioCodec.Pcma, 8, 8_000),
            new AudioFormat(AudioCodec.Pcmu, 0, 8_000),
        ],
        [new TelephoneEventFormat(110, 48_000), new TelephoneEventFormat(126, 8_000)]);

    private const string Profile = "UDP/TLS/RTP/SAVPF";

    /// <summary>Payload type of the first video format in our own offers.</summary>
    private const byte FirstVideoType = 96;

    private const int MostFormats = 8;

    private const VideoFeedback Feedback = VideoFeedback.Nack | VideoFeedback.PictureLoss | VideoFeedback.FullIntra | VideoFeedback.EstimatedBitrate;

    private static readonly AudioCodec[] AllCodecs = [AudioCodec.Opus, AudioCodec.G722, AudioCodec.Pcma, AudioCodec.Pcmu];

    /// <summary>Answers a browser's offer: audio accepted, video where it is wanted, every other m= section rejected with port 0.</summary>
    /// <param name="direction">What this node would like; the offer can only narrow it (RFC 3264 §6.1).</param>
    /// <param name="codecs">In order of preference; Opus, PCMA, PCMU when null.</param>
    /// <param name="video">Null refuses video.</param>
    public static bool TryAnswer(
        string offer, MediaAllocation local, SdpOrigin origin, MediaDirection direction,
        [NotNullWhen(true)] out string? answer, [NotNullWhen(true)] out WebRtcLegPlan? plan, [NotNullWhen(false)] out SdpRejection? why,
        IReadOnlyList<AudioCodec>? codecs = null, WebRtcVideoTerms? video = null)
    {
        answer = null;
        plan = null;
        if (!WebRtcPeerDescription.TryRead(offer, isOffer: true, out var peer, out why)) return false;
        var offered = peer.Formats.Restrict(codecs ?? AllCodecs);
        if (offered.Audio.Count == 0)
        {
            why = new SdpRejection(SdpFault.NoCommonCodec, "m=audio");
            return false;
        }

        var agreed = direction & MediaDirections.Mirror(peer.Direction);
        var chosen = video is null || peer.Video is null ? null : VideoPolicy.Choose(peer.Video.Formats, video.InUse);
        plan = Plan(peer, offered, offered.WithOwnParameters(), agreed) with
        {
            Video = chosen is null ? null : VideoPlan(peer.Video!, chosen, direction, VideoSection.Mirrored(chosen)),
        };
        answer = Write(peer, local, origin, agreed, offered.WithOwnParameters(), plan.DtlsClient ? "active" : "passive", plan.Video, video?.Kilobits ?? 0);
        return true;
    }

    /// <summary>Whether there is a video section that is not refused, be its formats what they may.</summary>
    public static bool OffersVideo(string offer) =>
        SdpParser.TryParse(offer, out var session, out _) && session.Media.Any(media => media.Kind == "video" && !media.IsRejected);

    /// <summary>The formats of a browser's video that can be passed through, in its order; none where it has no video for us.</summary>
    public static IReadOnlyList<VideoFormat> DescribedVideo(string peerDescription) =>
        WebRtcPeerDescription.TryRead(peerDescription, isOffer: null, out var peer, out _) && peer.Video is { } section ? section.Formats : [];

    /// <summary>Whether the audio is in a bundle, which video can join.</summary>
    public static bool IsBundled(string peerDescription) =>
        WebRtcPeerDescription.TryRead(peerDescription, isOffer: null, out var peer, out _) && peer.IsBundled;

    /// <summary>Writes our offer, or a re-offer on the same identity.</summary>
    /// <param name="codecs">In order of preference; Opus, PCMA, PCMU when null.</param>
    /// <param name="video">Null offers none, and refuses what a description before had.</param>
    /// <param name="peerDescription">
    /// For a re-offer, the last description the browser sent: its m= sections keep their order and mids, and its audio its payload
    /// types (RFC 3264 §8). A description that cannot be read gives a first offer.
    /// </param>
    public static string WriteOffer(
        MediaAllocation local, SdpOrigin origin, MediaDirection direction, IReadOnlyList<AudioCodec>? codecs = null, string? peerDescription = null,
        WebRtcVideoOffer? video = null)
    {
        var wanted = codecs ?? AllCodecs;
        if (peerDescription is null || !WebRtcPeerDescription.TryRead(peerDescription, isOffer: null, out var peer, out _))
            return WriteFirst(local, origin, direction, Own.Restrict(wanted), video);
        var formats = peer.Formats.Restrict(wanted).WithOwnParameters();
        return WriteAgain(peer, local, origin, direction, formats.Audio.Count > 0 ? formats : Own.Restrict(wanted), video);
    }

    /// <summary>
    /// The formats as an offer of ours names them: each under the payload type that the browser's live video has for it, or else
    /// under one that means nothing in its description. Formats for which none is left are left out.
    /// </summary>
    /// <param name="peerDescription">The same that <see cref="WriteOffer"/> is given.</param>
    public static IReadOnlyList<VideoFormat> Number(IEnumerable<VideoFormat> formats, string? peerDescription = null)
    {
        var peer = peerDescription is not null && WebRtcPeerDescription.TryRead(peerDescription, isOffer: null, out var read, out _) ? read : null;
        var known = peer?.Video?.Formats ?? [];
        var taken = (peer?.Session.Media ?? []).Where(media => !media.IsRejected).SelectMany(media => media.Formats).ToHashSet();
        var numbered = new List<VideoFormat>();
        foreach (var format in formats)
        {
            var type = known.FirstOrDefault(format.IsSameEncoding)?.PayloadType ?? Enumerable.Range(FirstVideoType, 128 - FirstVideoType)
                .Where(free => taken.Add(free.ToString(CultureInfo.InvariantCulture))).Select(free => (byte)free).FirstOrDefault();
            if (type != 0 && numbered.Count < MostFormats) numbered.Add(VideoSection.WithOwnParameters(format, type));
        }

        return numbered;
    }

    /// <summary>Reads the browser's answer to <see cref="WriteOffer"/>.</summary>
    /// <param name="offered">The direction our offer carried.</param>
    /// <param name="video">The same that <see cref="WriteOffer"/> was given.</param>
    public static bool TryReadAnswer(
        string answer, MediaDirection offered, [NotNullWhen(true)] out WebRtcLegPlan? plan, [NotNullWhen(false)] out SdpRejection? why,
        WebRtcVideoOffer? video = null)
    {
        plan = null;
        if (!WebRtcPeerDescription.TryRead(answer, isOffer: false, out var peer, out why)) return false;
        var formats = peer.Formats.Only(peer.Formats.Audio.Where(f => AllCodecs.Contains(f.Codec)));
        if (formats.Audio.Count == 0)
        {
            why = new SdpRejection(SdpFault.NoCommonCodec, "m=audio");
            return false;
        }

        plan = Plan(peer, formats, formats.WithOwnParameters(), offered & MediaDirections.Mirror(peer.Direction));
        // What the browser puts first is what it sends (RFC 3264 §6.1).
        if (video is null || peer.Video is not { } section || section.Formats.FirstOrDefault(f => video.Formats.Any(f.IsSameEncoding)) is not { } format) return true;
        var ours = video.Formats.First(format.IsSameEncoding);
        plan = plan with { Video = VideoPlan(section, format, offered, ours) };
        return true;
    }

    private static VideoStream VideoPlan(VideoSection section, VideoFormat send, MediaDirection wanted, VideoFormat receive) => new(
        send, receive, section.Feedback(send) & Feedback, wanted & MediaDirections.Mirror(section.Direction))
    {
        Kilobits = section.Media.Kilobits,
    };

    private static WebRtcLegPlan Plan(WebRtcPeerDescription peer, AudioFormats send, AudioFormats receive, MediaDirection direction)
    {
        var audio = new AudioStream(send.Audio[0], receive.Audio, send.EventFor(send.Audio[0]), peer.PacketTime, direction)
        {
            ReceiveEvents = receive.Events,
            Sendable = send.Audio,
        };
        return new WebRtcLegPlan(peer.Ice, peer.Fingerprint, peer.IsDtlsServer, audio);
    }

    private static string WriteFirst(
        MediaAllocation local, SdpOrigin origin, MediaDirection direction, AudioFormats formats, WebRtcVideoOffer? video)
    {
        var writer = Begin(local, origin, video is null ? ["0"] : ["0", "1"]);
        WriteAudio(writer, local, direction, formats, "actpass", Profile, "0");
        if (video is not null) WriteVideo(writer, local, direction, video.Formats, Feedback, "actpass", Profile, "1", video.Kilobits);
        return writer.ToString();
    }

    /// <summary>Video goes into the line that has it, else into one that was refused (RFC 3264 §8.1), else into a new one at the end.</summary>
    private static string WriteAgain(
        WebRtcPeerDescription peer, MediaAllocation local, SdpOrigin origin, MediaDirection direction, AudioFormats formats, WebRtcVideoOffer? video)
    {
        var place = video is null ? null : peer.Video?.Media ?? peer.Session.Media.FirstOrDefault(media => media is { Kind: "video", IsRejected: true });
        // A refused line that comes to life is another one, and says so by its mid (RFC 8829 §5.2.2).
        var mid = peer.Video?.Media.Value("mid") ?? peer.FreshMid;
        var writer = Begin(local, origin, [.. peer.Bundle.Where(one => one == peer.Mid), .. video is null ? Enumerable.Empty<string>() : [mid]]);
        foreach (var section in peer.Session.Media)
        {
            if (ReferenceEquals(section, peer.Audio)) WriteAudio(writer, local, direction, formats, "actpass", section.Profile, peer.Mid);
            else if (ReferenceEquals(section, place)) WriteOffered();
            else writer.Rejected(section);
        }

        if (place is null && video is not null) WriteOffered();
        return writer.ToString();

        void WriteOffered() => WriteVideo(writer, local, direction, video!.Formats, Feedback, "actpass", peer.Audio.Profile, mid, video.Kilobits);
    }

    private static string Write(
        WebRtcPeerDescription peer, MediaAllocation local, SdpOrigin origin, MediaDirection direction, AudioFormats formats, string setup,
        VideoStream? video = null, int kilobits = 0)
    {
        var videoMid = video is null ? null : peer.Video!.Media.Value("mid");
        var writer = Begin(local, origin, [.. peer.Bundle.Where(mid => mid == peer.Mid || mid == videoMid)]);
        foreach (var section in peer.Session.Media)
        {
            if (ReferenceEquals(section, peer.Audio)) WriteAudio(writer, local, direction, formats, setup, section.Profile, peer.Mid);
            else if (video is not null && ReferenceEquals(section, peer.Video!.Media))
                WriteVideo(writer, local, video.Direction, [video.Receive], video.Feedback, setup, section.Profile, videoMid!, kilobits);
            else writer.Rejected(section);
        }

        return writer.ToString();
    }

    private static SdpWriter Begin(MediaAllocation local, SdpOrigin origin, IReadOnlyList<string> bundle)
    {
        var writer = new SdpWriter(origin, local.WebRtc.Address);
        if (bundle.Count > 0) writer.Attribute("group", $"BUNDLE {string.Join(' ', bundle)}");
        return writer.Attribute("msid-semantic", " WMS byon").Attribute("ice-lite");
    }

    private static void WriteAudio(
        SdpWriter writer, MediaAllocation local, MediaDirection direction, AudioFormats formats, string setup, string profile, string? mid)
    {
        writer.Audio(local.WebRtc.Port, profile, formats).Line('c', SdpAddress.Format(local.WebRtc.Address));
        WriteTransport(writer, local, direction, setup, mid, "byon-audio");
        writer.Mappings(formats).Attribute("ptime", "20");
        WriteCandidates(writer, local);
    }

    private static void WriteVideo(
        SdpWriter writer, MediaAllocation local, MediaDirection direction, IReadOnlyList<VideoFormat> formats, VideoFeedback feedback, string setup,
        string profile, string mid, int kilobits)
    {
        var types = string.Join(' ', formats.Select(f => f.PayloadType.ToString(CultureInfo.InvariantCulture)));
        writer.Line('m', string.Create(CultureInfo.InvariantCulture, $"video {local.WebRtc.Port} {profile} {types}"))
            .Line('c', SdpAddress.Format(local.WebRtc.Address)).Line('b', string.Create(CultureInfo.InvariantCulture, $"AS:{kilobits}"));
        WriteTransport(writer, local, direction, setup, mid, "byon-video");
        foreach (var format in formats) VideoSection.WriteFormat(writer, format, feedback);
        WriteCandidates(writer, local);
    }

    private static void WriteTransport(
        SdpWriter writer, MediaAllocation local, MediaDirection direction, string setup, string? mid, string track)
    {
        if (mid is not null) writer.Attribute("mid", mid);
        writer.Direction(direction).Attribute("rtcp-mux");
        if (direction.HasFlag(MediaDirection.SendOnly)) writer.Attribute("msid", $"byon {track}");
        writer.Attribute("ice-ufrag", local.Ice.UsernameFragment).Attribute("ice-pwd", local.Ice.Password)
            .Attribute("fingerprint", $"{local.Fingerprint.HashFunction} {local.Fingerprint.Value}").Attribute("setup", setup);
    }

    private static void WriteCandidates(SdpWriter writer, MediaAllocation local)
    {
        if (local.WebRtc6 is { } second) WriteCandidate(writer, foundation: 2, localPreference: 65_535, second);
        WriteCandidate(writer, foundation: 1, localPreference: local.WebRtc6 is null ? 65_535u : 65_534u, local.WebRtc);
        writer.Attribute("end-of-candidates");
    }

    /// <summary>A host candidate, of type preference 126 (RFC 8445 §5.1.2.1); IPv6 goes first (RFC 8421 §4).</summary>
    private static void WriteCandidate(SdpWriter writer, int foundation, uint localPreference, IPEndPoint address) =>
        writer.Attribute("candidate", $"{foundation} 1 udp {(126u << 24) | (localPreference << 8) | 255u} {address.Address} {address.Port} typ host");
}

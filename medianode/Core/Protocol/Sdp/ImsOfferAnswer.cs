using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Video;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Protocol.Sdp;

/// <summary>
/// Offer and answer with the IMS (RFC 3264, TS 26.114): RTP/AVP, or RTP/SAVP with keys in the description (RFC 4568), one m=audio,
/// and one m=video where both sides want it, secured with keys of its own where audio is.
/// </summary>
public static class ImsOfferAnswer
{
    /// <summary>The name of the metrics among extended reports (RFC 3611 §5.1).</summary>
    private const string VoiceMetrics = "voip-metrics";

    /// <summary>Both framings are offered, as TS 26.114 §5.2.1 wants, the mandatory one first.</summary>
    private const string BandwidthEfficient = "mode-change-capability=2;max-red=20";

    private const string OctetAligned = "octet-align=1;mode-change-capability=2;max-red=20";

    /// <summary>Payload types of our own offers; the dynamic ones are those most phones use for the same thing.</summary>
    private static readonly AudioFormats Own = new(
        [
            new AudioFormat(AudioCodec.Opus, 96, 48_000, OpusParameters.Own),
            new AudioFormat(AudioCodec.AmrWb, 104, 16_000, BandwidthEfficient),
            new AudioFormat(AudioCodec.AmrWb, 110, 16_000, OctetAligned),
            new AudioFormat(AudioCodec.G722, 9, 8_000),
            new AudioFormat(AudioCodec.Amr, 102, 8_000, BandwidthEfficient),
            new AudioFormat(AudioCodec.Amr, 108, 8_000, OctetAligned),
            new AudioFormat(AudioCodec.Pcma, 8, 8_000),
            new AudioFormat(AudioCodec.Pcmu, 0, 8_000),
            new AudioFormat(AudioCodec.L16, 106, 16_000),
        ],
        [new TelephoneEventFormat(97, 48_000), new TelephoneEventFormat(105, 16_000), new TelephoneEventFormat(101, 8_000)])
    {
        ComfortNoise = 13,
    };

    /// <param name="codecs">In order of preference; telephone-event is added for each clock rate.</param>
    /// <param name="current">
    /// For a re-offer, the leg as it stands: its formats are offered again under the same payload types (RFC 3264 §8.3.2), before
    /// any other of <paramref name="codecs"/>, and its m= lines keep their order (§8).
    /// </param>
    /// <param name="video">Null offers none; one that was there is refused then. It needs ports: <see cref="MediaAllocation.ImsVideo"/>.</param>
    public static string WriteOffer(
        MediaAllocation local, SdpOrigin origin, MediaDirection direction, IReadOnlyList<AudioCodec> codecs, ImsLegPlan? current = null,
        VideoWish? video = null)
    {
        var formats = Ours(codecs, current);
        var writer = Begin(local, origin);
        var secured = IsSecured(local.Sdes, current);
        if (secured && local.Sdes?.Video is null) video = null;
        var (slots, videoAt) = OfferedSlots(current, video);
        for (var at = 0; at < slots.Count; at++)
        {
            if (slots[at].IsAudio) WriteAudioOffer(writer, local, direction, formats, current, secured);
            else if (at == videoAt) WriteVideoOffer(writer, local, video!, current, secured);
            else writer.Rejected(slots[at]);
        }

        return writer.ToString();
    }

    /// <param name="offered">The direction our offer carried.</param>
    /// <param name="codecs">The same codecs that <see cref="WriteOffer"/> was given: a peer may answer with no others.</param>
    /// <param name="current">The same plan that <see cref="WriteOffer"/> was given: it says which payload types we receive on.</param>
    /// <param name="sdes">Those of the allocation that <see cref="WriteOffer"/> was given.</param>
    /// <param name="video">The same wish that <see cref="WriteOffer"/> was given.</param>
    public static bool TryReadAnswer(
        string answer, MediaDirection offered, IReadOnlyList<AudioCodec> codecs,
        [NotNullWhen(true)] out ImsLegPlan? plan, [NotNullWhen(false)] out SdpRejection? why, ImsLegPlan? current = null, SdesTerms? sdes = null,
        VideoWish? video = null)
    {
        plan = null;
        var secured = IsSecured(sdes, current);
        if (!TryReadPeer(answer, secured, !secured, out var peer, out why)) return false;
        SrtpKeys? keys = null;
        if (secured && !TryReadKeys(peer, sdes!, current?.Srtp?.Profile, out keys, out why)) return false;
        // The answer's payload types are what the peer wants to get; what it sends carries ours (RFC 3264 §6.1).
        var ours = Ours(codecs, current);
        var send = peer.Formats.Restrict(ours);
        var receive = ours.Restrict(peer.Formats);
        if (receive.Audio.Count == 0)
        {
            why = new SdpRejection(SdpFault.NoCommonCodec, "m=audio");
            return false;
        }

        if (secured && sdes?.Video is null) video = null;
        plan = peer.Plan(peer.Formats.Only(peer.Formats.Audio.Where(send.Audio.Contains)), receive, offered, current) with { Srtp = keys };
        // An answer that leaves m= lines out does not take them out of the session.
        plan = plan with { Slots = [.. plan.Slots, .. OfferedSlots(current, video).Slots.Skip(plan.Slots.Count)] };
        if (video is null) return true;
        var formats = ImsVideoSection.Offered(video, current?.VideoBindings ?? []);
        plan = plan with
        {
            Video = ImsVideoSection.ReadAnswer(peer.Session, formats, video, secured ? sdes!.Video : null, current?.Video?.Srtp?.Profile),
            VideoBindings = [.. plan.VideoBindings.Concat(formats).DistinctBy(f => f.PayloadType)],
        };
        return true;
    }

    /// <summary>The formats of the offer's video that a browser may be able to take; none where it has no video for us, or none that moves.</summary>
    /// <param name="sdes">Those of the allocation that the offer is to be answered with.</param>
    public static IReadOnlyList<VideoFormat> OfferedVideo(string offer, SdesTerms? sdes)
    {
        if (!SdpParser.TryParse(offer, out var session, out _)) return [];
        var audio = session.Media.FirstOrDefault(media => media.Kind == "audio" && !media.IsRejected);
        return ImsVideoSection.Find(session, VideoSecurity.Of(sdes, audio)) is { Direction: not MediaDirection.Inactive } section ? section.Formats : [];
    }

    /// <summary>Answers an offer from the network with one codec and its telephone-event (TS 26.114 §6.2.2.3).</summary>
    /// <param name="preferred">What this node can speak, see <see cref="CodecPolicy.Choose"/>.</param>
    /// <param name="current">The leg as it stands: a payload type and framing in use stay so as long as the peer offers them.</param>
    /// <param name="video">What the browser speaks; null refuses the offer's video.</param>
    public static bool TryAnswer(
        string offer, MediaAllocation local, SdpOrigin origin, MediaDirection direction, IReadOnlyList<AudioCodec> preferred,
        [NotNullWhen(true)] out string? answer, [NotNullWhen(true)] out ImsLegPlan? plan, [NotNullWhen(false)] out SdpRejection? why,
        ImsLegPlan? current = null, VideoWish? video = null)
    {
        answer = null;
        plan = null;
        if (!TryReadPeer(offer, local.Sdes is not null, local.Sdes is not { IsRequired: true }, out var peer, out why)) return false;
        var crypto = peer.Audio.IsSecured() ? SdesCrypto.First(peer.Audio) : null;
        if (peer.Audio.IsSecured() && crypto is null)
        {
            why = new SdpRejection(SdpFault.NoCrypto, "a=crypto");
            return false;
        }

        if (CodecPolicy.Choose([.. peer.Formats.Audio.Select(f => f.Codec)], preferred) is not { } codec)
        {
            why = new SdpRejection(SdpFault.NoCommonCodec, "m=audio");
            return false;
        }

        var formats = peer.Formats.Only([Keep(peer.Formats, codec, current)]);
        var ours = formats.WithOwnParameters();
        var section = video is null || local.ImsVideo is null ? null : ImsVideoSection.Find(peer.Session, VideoSecurity.Of(local.Sdes, peer.Audio));
        plan = peer.Plan(formats, ours, direction, current) with
        {
            Srtp = crypto?.Agreed(local.Sdes!),
            Video = section is null ? null : ImsVideoSection.Choose(peer.Session, section, video!, current?.Video, local.Sdes?.Video),
        };
        answer = WriteAnswer(peer, local, origin, plan, ours, crypto?.Tag ?? 0, section, video?.Kilobits ?? 0);
        return true;
    }

    private static AudioFormat Keep(AudioFormats offered, AudioCodec codec, ImsLegPlan? current)
    {
        var possible = offered.Audio.Where(f => f.Codec == codec);
        return possible.OrderByDescending(f => current is not null && f.PayloadType == current.Audio.Send.PayloadType)
            .ThenByDescending(f => current is not null && AudioFormats.IsSameEncoding(f, current.Audio.Send)).First();
    }

    /// <summary>The m= lines of an offer of ours, and which of them has the video; none is -1.</summary>
    private static (List<MediaSlot> Slots, int Video) OfferedSlots(ImsLegPlan? current, VideoWish? video)
    {
        List<MediaSlot> slots = current is { Slots.Count: > 0 } ? [.. current.Slots] : [new MediaSlot("audio", "RTP/AVP", [], IsAudio: true)];
        if (video is null) return (slots, -1);
        var at = slots.FindIndex(slot => slot.Kind == "video");
        if (at >= 0) return (slots, at);
        slots.Add(new MediaSlot("video", "RTP/AVP", [video.Format.PayloadType.ToString(CultureInfo.InvariantCulture)], IsAudio: false));
        return (slots, slots.Count - 1);
    }

    private static void WriteAudioOffer(
        SdpWriter writer, MediaAllocation local, MediaDirection direction, AudioFormats formats, ImsLegPlan? current, bool secured)
    {
        WriteAudio(writer, local, direction, formats, secured ? "RTP/SAVP" : "RTP/AVP", current?.RtcpMux ?? false, voiceMetrics: true);
        if (secured) SdesCrypto.Write(writer, SdesCrypto.Offer(local.Sdes!, current?.Srtp?.Profile));
    }

    private static void WriteVideoOffer(SdpWriter writer, MediaAllocation local, VideoWish video, ImsLegPlan? current, bool secured) =>
        ImsVideoSection.WriteOffer(
            writer, local.ImsVideo!, video, ImsVideoSection.Offered(video, current?.VideoBindings ?? []), current?.Video?.RtcpMux ?? false,
            secured ? SdesCrypto.Offer(local.Sdes!.Video!, current?.Video?.Srtp?.Profile) : null);

    private static string WriteAnswer(
        PeerAudio peer, MediaAllocation local, SdpOrigin origin, ImsLegPlan plan, AudioFormats formats, int cryptoTag, VideoSection? video, int kilobits)
    {
        var writer = Begin(local, origin);
        // The answer to an old-style hold mirrors the attribute, not the 0.0.0.0 (RFC 3264 §8.4).
        foreach (var section in peer.Session.Media)
        {
            if (ReferenceEquals(section, peer.Audio))
            {
                WriteAudio(writer, local, plan.Audio.Direction, formats, section.Profile, plan.RtcpMux, plan.Audio.VoiceMetrics);
                if (plan.Srtp is { } keys) SdesCrypto.Write(writer, [new SdesCrypto(cryptoTag, keys.Profile, keys.Send)]);
            }
            else if (plan.Video is { } chosen && ReferenceEquals(section, video?.Media))
            {
                ImsVideoSection.WriteAnswer(writer, local.ImsVideo!, video, chosen, kilobits);
            }
            else
            {
                writer.Rejected(section);
            }
        }
        return writer.ToString();
    }

    private static SdpWriter Begin(MediaAllocation local, SdpOrigin origin) =>
        new SdpWriter(origin, local.ImsRtp.Address).Line('c', SdpAddress.Format(local.ImsRtp.Address));

    private static void WriteAudio(
        SdpWriter writer, MediaAllocation local, MediaDirection direction, AudioFormats formats, string profile, bool rtcpMux,
        bool voiceMetrics)
    {
        var port = local.ImsRtp.Port;
        writer.Audio(port, profile, formats).Mappings(formats).Attribute("ptime", "20");
        if (formats.Audio.Any(f => f.Codec is AudioCodec.AmrWb or AudioCodec.Amr)) writer.Attribute("maxptime", "240");
        writer.Direction(direction);
        writer.Attribute("rtcp", (rtcpMux ? port : port + 1).ToString(CultureInfo.InvariantCulture));
        if (rtcpMux) writer.Attribute("rtcp-mux");
        if (voiceMetrics) writer.Attribute("rtcp-xr", VoiceMetrics);
    }

    /// <summary>
    /// What we offer: what the leg receives on, and the other codecs, each under the payload type it once had in this call, or
    /// else its usual one unless that has come to mean something else.
    /// </summary>
    private static AudioFormats Ours(IReadOnlyList<AudioCodec> codecs, ImsLegPlan? current)
    {
        var own = Own.Restrict(codecs);
        if (current is null) return own;
        var kept = current.Audio.Receive;
        var used = current.Bindings.Select(f => f.PayloadType).Concat(current.Audio.ReceiveEvents.Select(e => e.PayloadType)).ToHashSet();
        var known = current.Bindings.Where(b => codecs.Contains(b.Codec)).Concat(own.Audio.Where(f => !used.Contains(f.PayloadType)));
        var audio = new List<AudioFormat>(kept);
        foreach (var format in known.Where(f => kept.All(k => k.Codec != f.Codec)))
        {
            if (!audio.Exists(f => AudioFormats.IsSameEncoding(f, format))) audio.Add(format);
        }

        used.UnionWith(audio.Select(f => f.PayloadType));
        var events = current.Audio.ReceiveEvents;
        return new AudioFormats(
            [.. own.Audio.Select(f => f.Codec).Distinct().SelectMany(c => audio.Where(f => f.Codec == c)).Union(audio)],
            [.. events, .. own.Events.Where(e => !used.Contains(e.PayloadType) && events.All(k => k.ClockRate != e.ClockRate))])
        {
            ComfortNoise = own.ComfortNoise,
        };
    }

    /// <summary>Whether an offer of ours asks for SRTP: where it must, and where the call has it already.</summary>
    private static bool IsSecured(SdesTerms? sdes, ImsLegPlan? current) => sdes is { IsRequired: true } || sdes is not null && current?.Srtp is not null;

    private static bool TryReadKeys(
        PeerAudio peer, SdesTerms sdes, SrtpProfile? inUse, [NotNullWhen(true)] out SrtpKeys? keys, [NotNullWhen(false)] out SdpRejection? why)
    {
        var crypto = SdesCrypto.First(peer.Audio) is { } line && line.AnswersOffer(inUse) ? line : null;
        keys = crypto?.Agreed(sdes);
        why = crypto is null ? new SdpRejection(SdpFault.NoCrypto, "a=crypto") : null;
        return crypto is not null;
    }

    private static bool TryReadPeer(
        string text, bool mayBeSecured, bool mayBePlain, [NotNullWhen(true)] out PeerAudio? peer, [NotNullWhen(false)] out SdpRejection? why)
    {
        peer = null;
        if (!SdpParser.TryParse(text, out var session, out why)) return false;
        var isSupported = (string profile) => mayBePlain && profile is "RTP/AVP" or "RTP/AVPF" || mayBeSecured && profile is "RTP/SAVP" or "RTP/SAVPF";
        if (!AudioSection.TryFind(session, isSupported, out var audio, out why))
        {
            if (why.Fault == SdpFault.UnsupportedProfile && !mayBePlain) why = new SdpRejection(SdpFault.SrtpRequired, "m=audio");
            return false;
        }

        var formats = AudioFormats.Read(audio);
        if (formats.Audio.Count == 0)
        {
            why = new SdpRejection(SdpFault.NoCommonCodec, "m=audio");
            return false;
        }
        // The last port has no next one for RTCP, and nobody sends from it.
        if (SdpAddress.Parse(audio.Connection ?? session.Connection) is not { } address || audio.Port == IPEndPoint.MaxPort)
        {
            why = new SdpRejection(SdpFault.NoAddress, "c=");
            return false;
        }
        peer = new PeerAudio(session, audio, formats, address);
        return true;
    }

    private sealed record PeerAudio(SessionDescription Session, MediaDescription Audio, AudioFormats Formats, IPAddress Address)
    {
        public ImsLegPlan Plan(AudioFormats send, AudioFormats receive, MediaDirection wanted, ImsLegPlan? current)
        {
            var direction = wanted & MediaDirections.Mirror(MediaDirections.Read(Session, Audio));
            if (SdpAddress.IsUnspecified(Address)) direction &= ~MediaDirection.SendOnly;
            var stream = new AudioStream(send.Audio[0], receive.Audio, send.EventFor(send.Audio[0]), AudioSection.PacketTime(Audio), direction)
            {
                ReceiveEvents = receive.Events,
                ComfortNoise = receive.ComfortNoise is null ? null : send.ComfortNoise,
                VoiceMetrics = WantsVoiceMetrics,
                LongestPacketTime = AudioSection.LongestPacketTime(Audio),
            };
            var mux = Audio.Has("rtcp-mux");
            var rtp = new IPEndPoint(Address, Audio.Port);
            return new ImsLegPlan(rtp, mux ? rtp : RtcpAddress.Of(Audio, rtp), mux, stream)
            {
                Slots = [.. Session.Media.Select(m => new MediaSlot(m.Kind, m.Profile, m.Formats, ReferenceEquals(m, Audio)))],
                VideoBindings = [.. VideoBindings(current)],
                Bindings = [.. receive.Audio.Concat(current?.Bindings ?? []).Concat(Formats.WithOwnParameters().Audio).DistinctBy(f => f.PayloadType)],
            };
        }

        /// <summary>a=rtcp-xr:format … (RFC 3611 §5.1), which may stand in either place.</summary>
        private bool WantsVoiceMetrics =>
            Audio.Values("rtcp-xr").Concat(Session.Values("rtcp-xr")).Any(value => value.Split(' ').Contains(VoiceMetrics));

        /// <summary>What was bound before, and what the peer binds now.</summary>
        private IEnumerable<VideoFormat> VideoBindings(ImsLegPlan? current) =>
            (current?.VideoBindings ?? []).Concat(ImsVideoSection.Find(Session, new VideoSecurity(MayBePlain: true, MayBeSecured: true))?.Formats ?? []).DistinctBy(f => f.PayloadType);
    }
}

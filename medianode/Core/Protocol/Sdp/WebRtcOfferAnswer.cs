using System.Diagnostics.CodeAnalysis;
using System.Net;
using Byon.MediaNode.Core.Media;

namespace Byon.MediaNode.Core.Protocol.Sdp;

/// <summary>Offer and answer with a browser (RFC 8829, RFC 8839, RFC 8842): ICE-lite, rtcp-mux, BUNDLE, DTLS-SRTP.</summary>
/// <remarks>
/// Offers carry no a=ssrc: the RTP session picks its SSRC later, and a browser maps the first SSRC it sees to the only
/// m=audio section (RFC 9143 §9.2), while a=msid makes the track.
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

    private static readonly AudioCodec[] AllCodecs = [AudioCodec.Opus, AudioCodec.G722, AudioCodec.Pcma, AudioCodec.Pcmu];

    /// <summary>Answers a browser's offer: audio accepted, every other m= section rejected with port 0.</summary>
    /// <param name="direction">What this node would like; the offer can only narrow it (RFC 3264 §6.1).</param>
    /// <param name="codecs">In order of preference; Opus, PCMA, PCMU when null.</param>
    public static bool TryAnswer(
        string offer, MediaAllocation local, SdpOrigin origin, MediaDirection direction,
        [NotNullWhen(true)] out string? answer, [NotNullWhen(true)] out WebRtcLegPlan? plan, [NotNullWhen(false)] out SdpRejection? why,
        IReadOnlyList<AudioCodec>? codecs = null)
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
        plan = Plan(peer, offered, offered.WithOwnParameters(), agreed);
        answer = Write(peer, local, origin, agreed, offered.WithOwnParameters(), plan.DtlsClient ? "active" : "passive");
        return true;
    }

    /// <summary>Writes our offer, or a re-offer on the same identity.</summary>
    /// <param name="codecs">In order of preference; Opus, PCMA, PCMU when null.</param>
    /// <param name="peerDescription">
    /// For a re-offer, the last description the browser sent: its m= sections keep their order and mids, and its audio its payload
    /// types (RFC 3264 §8). A description that cannot be read gives a first offer.
    /// </param>
    public static string WriteOffer(
        MediaAllocation local, SdpOrigin origin, MediaDirection direction, IReadOnlyList<AudioCodec>? codecs = null, string? peerDescription = null)
    {
        var wanted = codecs ?? AllCodecs;
        if (peerDescription is null || !WebRtcPeerDescription.TryRead(peerDescription, isOffer: null, out var peer, out _))
            return Write(null, local, origin, direction, Own.Restrict(wanted), "actpass");
        var formats = peer.Formats.Restrict(wanted).WithOwnParameters();
        return Write(peer, local, origin, direction, formats.Audio.Count > 0 ? formats : Own.Restrict(wanted), "actpass");
    }

    /// <summary>Reads the browser's answer to <see cref="WriteOffer"/>.</summary>
    /// <param name="offered">The direction our offer carried.</param>
    public static bool TryReadAnswer(
        string answer, MediaDirection offered, [NotNullWhen(true)] out WebRtcLegPlan? plan, [NotNullWhen(false)] out SdpRejection? why)
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
        return true;
    }

    private static WebRtcLegPlan Plan(WebRtcPeerDescription peer, AudioFormats send, AudioFormats receive, MediaDirection direction)
    {
        var audio = new AudioStream(send.Audio[0], receive.Audio, send.EventFor(send.Audio[0]), peer.PacketTime, direction)
        {
            ReceiveEvents = receive.Events,
            Sendable = send.Audio,
        };
        return new WebRtcLegPlan(peer.Ice, peer.Fingerprint, peer.IsDtlsServer, audio);
    }

    private static string Write(
        WebRtcPeerDescription? peer, MediaAllocation local, SdpOrigin origin, MediaDirection direction, AudioFormats formats, string setup)
    {
        var mid = peer is null ? "0" : peer.Mid;
        var writer = new SdpWriter(origin, local.WebRtc.Address);
        if (mid is not null && (peer is null || peer.IsBundled)) writer.Attribute("group", $"BUNDLE {mid}");
        writer.Attribute("msid-semantic", " WMS byon").Attribute("ice-lite");
        if (peer is null)
        {
            WriteAudio(writer, local, direction, formats, setup, "UDP/TLS/RTP/SAVPF", mid);
            return writer.ToString();
        }

        foreach (var section in peer.Session.Media)
        {
            if (ReferenceEquals(section, peer.Audio)) WriteAudio(writer, local, direction, formats, setup, section.Profile, mid);
            else writer.Rejected(section);
        }
        return writer.ToString();
    }

    private static void WriteAudio(
        SdpWriter writer, MediaAllocation local, MediaDirection direction, AudioFormats formats, string setup, string profile, string? mid)
    {
        var address = local.WebRtc;
        writer.Audio(address.Port, profile, formats).Line('c', SdpAddress.Format(address.Address));
        if (mid is not null) writer.Attribute("mid", mid);
        writer.Direction(direction).Attribute("rtcp-mux");
        if (direction.HasFlag(MediaDirection.SendOnly)) writer.Attribute("msid", "byon byon-audio");
        writer.Attribute("ice-ufrag", local.Ice.UsernameFragment).Attribute("ice-pwd", local.Ice.Password)
            .Attribute("fingerprint", $"{local.Fingerprint.HashFunction} {local.Fingerprint.Value}").Attribute("setup", setup)
            .Mappings(formats).Attribute("ptime", "20");
        if (local.WebRtc6 is { } second) WriteCandidate(writer, foundation: 2, localPreference: 65_535, second);
        WriteCandidate(writer, foundation: 1, localPreference: local.WebRtc6 is null ? 65_535u : 65_534u, address);
        writer.Attribute("end-of-candidates");
    }

    /// <summary>A host candidate, of type preference 126 (RFC 8445 §5.1.2.1); IPv6 goes first (RFC 8421 §4).</summary>
    private static void WriteCandidate(SdpWriter writer, int foundation, uint localPreference, IPEndPoint address) =>
        writer.Attribute("candidate", $"{foundation} 1 udp {(126u << 24) | (localPreference << 8) | 255u} {address.Address} {address.Port} typ host");
}

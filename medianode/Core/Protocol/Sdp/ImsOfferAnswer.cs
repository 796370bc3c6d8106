using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Byon.MediaNode.Core.Media;

namespace Byon.MediaNode.Core.Protocol.Sdp;

/// <summary>Offer and answer with the IMS (RFC 3264, TS 26.114): RTP/AVP, one m=audio.</summary>
public static class ImsOfferAnswer
{
    /// <summary>Payload types of our own offers; the dynamic ones are those most phones use for the same thing.</summary>
    private static readonly AudioFormats Own = new(
        [
            new AudioFormat(AudioCodec.Opus, 96, 48_000, AudioFormats.OpusParameters),
            new AudioFormat(AudioCodec.Pcma, 8, 8_000),
            new AudioFormat(AudioCodec.Pcmu, 0, 8_000),
        ],
        [new TelephoneEventFormat(97, 48_000), new TelephoneEventFormat(101, 8_000)]);

    /// <param name="codecs">In order of preference; telephone-event is added for each clock rate.</param>
    /// <param name="current">
    /// For a re-offer, the leg as it stands: its formats are offered again under the same payload types (RFC 3264 §8.3.2), before
    /// any other of <paramref name="codecs"/>.
    /// </param>
    public static string WriteOffer(
        MediaAllocation local, SdpOrigin origin, MediaDirection direction, IReadOnlyList<AudioCodec> codecs, ImsLegPlan? current = null)
    {
        var formats = current is null ? Own.Restrict(codecs) : Merge(Receiving(current.Audio), Own.Restrict(codecs));
        var writer = Begin(local, origin);
        WriteAudio(writer, local, direction, formats, "RTP/AVP", current?.RtcpMux ?? false);
        return writer.ToString();
    }

    /// <param name="offered">The direction our offer carried.</param>
    /// <param name="current">The same plan that <see cref="WriteOffer"/> was given: it says which payload types we receive on.</param>
    public static bool TryReadAnswer(
        string answer, MediaDirection offered, [NotNullWhen(true)] out ImsLegPlan? plan, [NotNullWhen(false)] out SdpRejection? why,
        ImsLegPlan? current = null)
    {
        plan = null;
        if (!TryReadPeer(answer, out var peer, out why)) return false;
        // The answer's payload types are what the peer wants to get; what it sends carries ours (RFC 3264 §6.1).
        var ours = current is null ? Own : Merge(Receiving(current.Audio), Own);
        var receive = ours.Restrict(peer.Formats.Audio.Select(f => f.Codec)).WithOwnParameters();
        plan = peer.Plan(peer.Formats, receive, offered);
        return true;
    }

    /// <summary>Answers an offer from the network with one codec and its telephone-event (TS 26.114 §6.2.2.3).</summary>
    /// <param name="preferred">Chosen from the offer when present there, so that both legs share a codec; else the offer's order decides.</param>
    /// <remarks>Opus is chosen only when it is among <paramref name="preferred"/>: not every node can encode it.</remarks>
    public static bool TryAnswer(
        string offer, MediaAllocation local, SdpOrigin origin, MediaDirection direction, IReadOnlyList<AudioCodec> preferred,
        [NotNullWhen(true)] out string? answer, [NotNullWhen(true)] out ImsLegPlan? plan, [NotNullWhen(false)] out SdpRejection? why)
    {
        answer = null;
        plan = null;
        if (!TryReadPeer(offer, out var peer, out why)) return false;
        var offered = peer.Formats.Audio.Select(f => f.Codec).ToList();
        IReadOnlyList<AudioCodec> chosen =
            [.. preferred.Where(offered.Contains).Concat(offered.Where(c => c != AudioCodec.Opus)).Take(1)];
        var formats = peer.Formats.Restrict(chosen);
        if (formats.Audio.Count == 0)
        {
            why = new SdpRejection(SdpFault.NoCommonCodec, "m=audio");
            return false;
        }

        var ours = formats.WithOwnParameters();
        plan = peer.Plan(formats, ours, direction);
        answer = WriteAnswer(peer, local, origin, plan, ours);
        return true;
    }

    private static string WriteAnswer(PeerAudio peer, MediaAllocation local, SdpOrigin origin, ImsLegPlan plan, AudioFormats formats)
    {
        var writer = Begin(local, origin);
        // The answer to an old-style hold mirrors the attribute, not the 0.0.0.0 (RFC 3264 §8.4).
        foreach (var section in peer.Session.Media)
        {
            if (ReferenceEquals(section, peer.Audio)) WriteAudio(writer, local, plan.Audio.Direction, formats, section.Profile, plan.RtcpMux);
            else writer.Rejected(section);
        }
        return writer.ToString();
    }

    private static SdpWriter Begin(MediaAllocation local, SdpOrigin origin) =>
        new SdpWriter(origin, local.ImsRtp.Address).Line('c', SdpAddress.Format(local.ImsRtp.Address));

    private static void WriteAudio(
        SdpWriter writer, MediaAllocation local, MediaDirection direction, AudioFormats formats, string profile, bool rtcpMux)
    {
        var port = local.ImsRtp.Port;
        writer.Audio(port, profile, formats).Mappings(formats).Attribute("ptime", "20").Direction(direction);
        writer.Attribute("rtcp", (rtcpMux ? port : port + 1).ToString(CultureInfo.InvariantCulture));
        if (rtcpMux) writer.Attribute("rtcp-mux");
    }

    /// <summary>What the leg receives on, as formats to offer again.</summary>
    private static AudioFormats Receiving(AudioStream audio) =>
        new(audio.Receive, audio.ReceiveEvents);

    /// <summary>The first set's formats, and those of the second that it lacks and whose payload types it does not use.</summary>
    private static AudioFormats Merge(AudioFormats kept, AudioFormats added)
    {
        var used = kept.Audio.Select(f => f.PayloadType).Concat(kept.Events.Select(e => e.PayloadType)).ToHashSet();
        return new AudioFormats(
            [.. kept.Audio, .. added.Audio.Where(f => !used.Contains(f.PayloadType) && kept.Audio.All(k => k.Codec != f.Codec))],
            [.. kept.Events, .. added.Events.Where(e => !used.Contains(e.PayloadType) && kept.Events.All(k => k.ClockRate != e.ClockRate))]);
    }

    private static bool TryReadPeer(string text, [NotNullWhen(true)] out PeerAudio? peer, [NotNullWhen(false)] out SdpRejection? why)
    {
        peer = null;
        if (!SdpParser.TryParse(text, out var session, out why)) return false;
        if (!AudioSection.TryFind(session, p => p is "RTP/AVP" or "RTP/AVPF", out var audio, out why)) return false;
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
        public ImsLegPlan Plan(AudioFormats send, AudioFormats receive, MediaDirection wanted)
        {
            var direction = wanted & MediaDirections.Mirror(MediaDirections.Read(Session, Audio));
            if (SdpAddress.IsUnspecified(Address)) direction &= ~MediaDirection.SendOnly;
            var stream = new AudioStream(send.Audio[0], receive.Audio, send.EventFor(send.Audio[0]), AudioSection.PacketTime(Audio), direction)
            {
                ReceiveEvents = receive.Events,
            };
            var mux = Audio.Has("rtcp-mux");
            var rtp = new IPEndPoint(Address, Audio.Port);
            return new ImsLegPlan(rtp, mux ? rtp : RtcpAddress(rtp), mux, stream);
        }

        /// <summary>a=rtcp:port [IN IP4 address] (RFC 3605 §2.1); anything else means the next port.</summary>
        private IPEndPoint RtcpAddress(IPEndPoint rtp)
        {
            var fields = Audio.Value("rtcp")?.Split(' ', 2, StringSplitOptions.RemoveEmptyEntries) ?? [];
            if (fields.Length == 0 || !ushort.TryParse(fields[0], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
                return new IPEndPoint(rtp.Address, rtp.Port + 1);
            return new IPEndPoint(fields.Length == 2 ? SdpAddress.Parse(fields[1]) ?? rtp.Address : rtp.Address, port);
        }
    }
}

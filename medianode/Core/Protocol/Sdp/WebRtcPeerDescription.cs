using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Dtls;
using Byon.MediaNode.Core.Protocol.Ice;

namespace Byon.MediaNode.Core.Protocol.Sdp;

/// <summary>What a browser's description says about its audio: the parts offer and answer share.</summary>
/// <param name="Audio">The section used: the first m=audio that is not refused.</param>
/// <param name="IsDtlsServer">True when the peer took the passive role, so that we must start the handshake (RFC 8842 §5.3).</param>
internal sealed record WebRtcPeerDescription(
    SessionDescription Session, MediaDescription Audio, IceCredentials Ice, DtlsFingerprint Fingerprint, bool IsDtlsServer,
    AudioFormats Formats, MediaDirection Direction, TimeSpan PacketTime)
{
    public string? Mid => Audio.Value("mid") is { } mid && SdpToken.IsToken(mid) ? mid : null;

    /// <summary>The video that shares the audio's transport (RFC 9143); null where there is none for us.</summary>
    public VideoSection? Video { get; } = Mids(Session, Audio) is { } bundle
        ? VideoSection.Find(Session, media => IsSupported(media.Profile) && media.Value("mid") is { } mid && SdpToken.IsToken(mid) && bundle.Contains(mid))
        : null;

    /// <summary>The mids of the audio's bundle in its order; empty where there is none.</summary>
    public IReadOnlyList<string> Bundle { get; } = Mids(Session, Audio) ?? [];

    public bool IsBundled => Bundle.Count > 0;

    /// <summary>A mid that no line has.</summary>
    public string FreshMid => Enumerable.Range(Session.Media.Count, Session.Media.Count + 1).Select(number => number.ToString(CultureInfo.InvariantCulture))
        .First(mid => Session.Media.All(media => media.Value("mid") != mid));

    /// <param name="isOffer">An answer must have chosen a DTLS role; null reads either.</param>
    public static bool TryRead(
        string text, bool? isOffer, [NotNullWhen(true)] out WebRtcPeerDescription? peer, [NotNullWhen(false)] out SdpRejection? why)
    {
        peer = null;
        if (!SdpParser.TryParse(text, out var session, out why)) return false;
        if (!AudioSection.TryFind(session, IsSupported, out var audio, out why)) return false;

        DtlsFingerprint? fingerprint = null;
        var isDtlsServer = false;
        why = ReadIce(session, audio, out var ice);
        why ??= ReadFingerprint(session, audio, out fingerprint);
        why ??= ReadSetup(session, audio, isOffer, out isDtlsServer);
        if (why is not null) return false;
        if (!audio.Has("rtcp-mux") && !FromBundle(session, audio).Any(s => s.Has("rtcp-mux")))
        {
            why = new SdpRejection(SdpFault.NoRtcpMux, "a=rtcp-mux");
            return false;
        }

        peer = new WebRtcPeerDescription(
            session, audio, ice!, fingerprint!, isDtlsServer, AudioFormats.Read(audio) with { ComfortNoise = null }, MediaDirections.Read(session, audio),
            AudioSection.PacketTime(audio));
        return true;
    }

    private static bool IsSupported(string profile) => profile is "UDP/TLS/RTP/SAVPF" or "UDP/TLS/RTP/SAVP";

    private static SdpRejection? ReadIce(SessionDescription session, MediaDescription audio, out IceCredentials? ice)
    {
        ice = null;
        var fragment = Transport(session, audio, "ice-ufrag").FirstOrDefault();
        var password = Transport(session, audio, "ice-pwd").FirstOrDefault();
        if (!SdpToken.IsIceChars(fragment, least: 4)) return new SdpRejection(SdpFault.NoIce, "a=ice-ufrag");
        if (!SdpToken.IsIceChars(password, least: 22)) return new SdpRejection(SdpFault.NoIce, "a=ice-pwd");
        ice = new IceCredentials(fragment!, password!);
        return null;
    }

    /// <summary>A certificate may be given by several hashes (RFC 8122 §5); the first one we can compute is enough.</summary>
    private static SdpRejection? ReadFingerprint(SessionDescription session, MediaDescription audio, out DtlsFingerprint? fingerprint)
    {
        fingerprint = null;
        var values = Transport(session, audio, "fingerprint").ToList();
        if (values.Count == 0) return new SdpRejection(SdpFault.NoFingerprint, "a=fingerprint");
        fingerprint = values.Select(DtlsFingerprint.Parse).FirstOrDefault(f => f is not null);
        return fingerprint is null ? new SdpRejection(SdpFault.UnsupportedFingerprint, "a=fingerprint") : null;
    }

    private static SdpRejection? ReadSetup(SessionDescription session, MediaDescription audio, bool? isOffer, out bool isDtlsServer)
    {
        var setup = Transport(session, audio, "setup").FirstOrDefault();
        isDtlsServer = setup == "passive";
        return setup is "active" or "passive" || (setup == "actpass" && isOffer != false) ? null : new SdpRejection(SdpFault.BadSetup, "a=setup");
    }

    /// <summary>
    /// Transport attributes stand in the section, at session level, or, for a bundle-only section, in the one that carries the
    /// group (RFC 9143 §7.1.3).
    /// </summary>
    private static IEnumerable<string> Transport(SessionDescription session, MediaDescription audio, string name)
    {
        SdpSection[] sections = [audio, session, .. FromBundle(session, audio)];
        return sections.Select(s => s.Values(name)).FirstOrDefault(v => v.Any()) ?? [];
    }

    private static IEnumerable<MediaDescription> FromBundle(SessionDescription session, MediaDescription audio)
    {
        if (audio.Value("mid") is not { } mid || BundleOf(session, mid) is not [var tag, ..]) return [];
        return session.Media.Where(m => m.Value("mid") == tag);
    }

    private static string[]? Mids(SessionDescription session, MediaDescription audio) =>
        audio.Value("mid") is { } mid && SdpToken.IsToken(mid) ? BundleOf(session, mid) : null;

    private static string[]? BundleOf(SessionDescription session, string mid) =>
        session.Values("group").Select(g => g.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(g => g is ["BUNDLE", ..]).Select(g => g[1..]).FirstOrDefault(g => g.Contains(mid));
}

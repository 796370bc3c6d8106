using System.Net;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Dtls;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Core.Protocol.Sdp;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp;

/// <summary>Descriptions as browsers and phones write them, with documentation addresses.</summary>
internal static class SdpSamples
{
    public const string Sha256 = "4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:4B:65:2E:7D:46:3F:54:42:CD:54:F1";

    public static readonly MediaAllocation Local = new(
        0, new IPEndPoint(IPAddress.Parse("192.0.2.10"), 20_000), new IPEndPoint(IPAddress.Parse("198.51.100.7"), 21_000),
        new IceCredentials("abcd", "abcdefghijklmnopqrstuvwx"), new DtlsFingerprint("sha-256", Sha256));

    public static readonly SdpOrigin Origin = new(4_711, 1);

    /// <summary>The shape of Chrome's offer for a page that also has a camera and a data channel.</summary>
    public static readonly string Chrome = Lines(
        "v=0", "o=- 5229458131265498451 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1 2", "a=extmap-allow-mixed",
        "a=msid-semantic: WMS 3f1a2b54-9e1e-4f62-8bf5-1e3ea1a4a6c5",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126", "c=IN IP4 0.0.0.0", "a=rtcp:9 IN IP4 0.0.0.0",
        "a=ice-ufrag:8zKc", "a=ice-pwd:vV7m5fFzuRQXwz6R1iAm3xhb", "a=ice-options:trickle", $"a=fingerprint:sha-256 {Sha256}",
        "a=setup:actpass", "a=mid:0", "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level", "a=sendrecv",
        "a=msid:3f1a2b54-9e1e-4f62-8bf5-1e3ea1a4a6c5 0c3b6f5e-70ab-45c1-87f3-0d4b44f5e2f1", "a=rtcp-mux", "a=rtcp-rsize",
        "a=rtpmap:111 opus/48000/2", "a=rtcp-fb:111 transport-cc", "a=fmtp:111 minptime=10;useinbandfec=1",
        "a=rtpmap:63 red/48000/2", "a=fmtp:63 111/111", "a=rtpmap:9 G722/8000", "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:13 CN/8000", "a=rtpmap:110 telephone-event/48000", "a=rtpmap:126 telephone-event/8000",
        "a=ssrc:3735928559 cname:Zm9vYmFyYmF6cXV4", "a=ssrc:3735928559 msid:3f1a2b54 0c3b6f5e",
        "m=video 9 UDP/TLS/RTP/SAVPF 96 97", "c=IN IP4 0.0.0.0", "a=rtcp:9 IN IP4 0.0.0.0", "a=ice-ufrag:8zKc",
        "a=ice-pwd:vV7m5fFzuRQXwz6R1iAm3xhb", $"a=fingerprint:sha-256 {Sha256}", "a=setup:actpass", "a=mid:1", "a=sendrecv", "a=rtcp-mux",
        "a=rtpmap:96 VP8/90000", "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "c=IN IP4 0.0.0.0", "a=ice-ufrag:8zKc",
        "a=ice-pwd:vV7m5fFzuRQXwz6R1iAm3xhb", $"a=fingerprint:sha-256 {Sha256}", "a=setup:actpass", "a=mid:2", "a=sctp-port:5000");

    /// <summary>Firefox: fingerprint at session level, its own payload types, telephone-event at 8000 Hz only.</summary>
    public static readonly string Firefox = Lines(
        "v=0", "o=mozilla...THIS_IS_SDPARTA-99.0 3718823642 0 IN IP4 0.0.0.0", "s=-", "t=0 0", $"a=fingerprint:sha-256 {Sha256}",
        "a=group:BUNDLE 0", "a=ice-options:trickle", "a=msid-semantic:WMS *", "m=audio 9 UDP/TLS/RTP/SAVPF 109 9 0 8 101", "c=IN IP4 0.0.0.0",
        "a=sendrecv", "a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1", "a=fmtp:101 0-15", "a=ice-pwd:3cc9ad6e2bd7d1c1a17c9ee3dd5d5e7f",
        "a=ice-ufrag:7a1c6f3e", "a=mid:0", "a=msid:{aa} {bb}", "a=rtcp-mux", "a=rtpmap:109 opus/48000/2", "a=rtpmap:9 G722/8000/1",
        "a=rtpmap:0 PCMU/8000", "a=rtpmap:8 PCMA/8000", "a=rtpmap:101 telephone-event/8000", "a=setup:actpass");

    /// <summary>A phone's offer, static payload types without rtpmap.</summary>
    public static readonly string Phone = Lines(
        "v=0", "o=phone 1 1 IN IP4 203.0.113.5", "s=call", "c=IN IP4 203.0.113.5", "t=0 0", "m=audio 40000 RTP/AVP 0 8 18 101",
        "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-16", "a=ptime:20");

    public static string Lines(params string[] lines) => string.Join("\r\n", lines) + "\r\n";

    /// <summary>The sample with one line replaced, or removed when <paramref name="with"/> is null; the line must be there.</summary>
    public static string With(this string sdp, string line, string? with)
    {
        Assert.Contains(line + "\r\n", sdp);
        return sdp.Replace(line + "\r\n", with is null ? "" : with + "\r\n");
    }

    /// <summary>Lines of the m= section with that index; 0 is the session's part.</summary>
    public static string[] Section(this string sdp, int index) =>
        sdp.Split("\r\nm=")[index].Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
}

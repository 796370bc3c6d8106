using System.Net;
using Byon.MediaNode.Core.Media;
using static Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp.SdpSamples;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp;

/// <summary>Descriptions with video, as browsers and phones write them.</summary>
internal static class VideoSamples
{
    public static readonly MediaAllocation Local = SdpSamples.Local with { ImsVideo = new IPEndPoint(IPAddress.Parse("198.51.100.7"), 21_002) };

    private static readonly string[] Transport =
    [
        "a=ice-ufrag:8zKc", "a=ice-pwd:vV7m5fFzuRQXwz6R1iAm3xhb", $"a=fingerprint:sha-256 {Sha256}",
    ];

    /// <summary>Chrome with camera: VP8 first, H.264 in several profiles and modes, and what is ignored.</summary>
    public static string Chrome(string direction = "sendrecv", string formats = "96 97 102 103 106 107 108", string setup = "actpass", int port = 9) => Browser(
        setup,
        [
            $"m=video {port} UDP/TLS/RTP/SAVPF {formats}", "c=IN IP4 0.0.0.0", "a=rtcp:9 IN IP4 0.0.0.0", .. Transport, $"a=setup:{setup}", "a=mid:1",
            "a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", $"a={direction}", "a=rtcp-mux", "a=rtcp-rsize",
            .. formats.Split(' ').SelectMany(Lines),
        ]);

    public static string ChromeWithoutVideo(string setup = "actpass") => Browser(setup, []);

    /// <summary>A VoLTE phone: IR.94's H.264, AVPF by capability negotiation.</summary>
    public static string Phone(
        string direction = "sendrecv", int port = 50_010, string profile = "RTP/AVP", string formats = "114 115", int version = 1, params string[] extra) => SdpSamples.Lines(
    [
        "v=0", $"o=phone 1 {version} IN IP4 203.0.113.5", "s=-", "c=IN IP4 203.0.113.5", "t=0 0", "m=audio 50000 RTP/AVP 8", "a=sendrecv",
        $"m=video {port} {profile} {formats}", "b=AS:768", .. extra, .. formats.Split(' ').SelectMany(PhoneLines),
        "a=rtcp-fb:* nack", "a=rtcp-fb:* nack pli", "a=rtcp-fb:* ccm fir", "a=rtcp-fb:* ccm tmmbr", $"a={direction}",
    ]);

    public static string PhoneWithoutVideo() => SdpSamples.Lines(
        "v=0", "o=phone 1 1 IN IP4 203.0.113.5", "s=-", "c=IN IP4 203.0.113.5", "t=0 0", "m=audio 50000 RTP/AVP 8", "a=sendrecv");

    private static string Browser(string setup, IEnumerable<string> video) => SdpSamples.Lines(
    [
        "v=0", "o=- 5229458131265498451 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111 8 110", "c=IN IP4 0.0.0.0", .. Transport, $"a=setup:{setup}", "a=mid:0", "a=sendrecv", "a=rtcp-mux",
        "a=rtpmap:111 opus/48000/2", "a=rtpmap:8 PCMA/8000", "a=rtpmap:110 telephone-event/48000", .. video,
    ]);

    private static IEnumerable<string> Lines(string type) => type switch
    {
        "96" => ["a=rtpmap:96 VP8/90000", .. Feedback(96)],
        "97" => ["a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96"],
        "102" => ["a=rtpmap:102 H264/90000", .. Feedback(102), "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f"],
        "103" => ["a=rtpmap:103 rtx/90000", "a=fmtp:103 apt=102"],
        "106" => ["a=rtpmap:106 H264/90000", .. Feedback(106), "a=fmtp:106 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"],
        "107" => ["a=rtpmap:107 red/90000"],
        "108" => ["a=rtpmap:108 H264/90000", .. Feedback(108), "a=fmtp:108 level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f"],
        _ => [],
    };

    private static IEnumerable<string> Feedback(int type) =>
        [$"a=rtcp-fb:{type} goog-remb", $"a=rtcp-fb:{type} transport-cc", $"a=rtcp-fb:{type} ccm fir", $"a=rtcp-fb:{type} nack", $"a=rtcp-fb:{type} nack pli"];

    private static IEnumerable<string> PhoneLines(string type) => type switch
    {
        "114" => ["a=rtpmap:114 H264/90000", "a=fmtp:114 profile-level-id=42c00c;packetization-mode=1"],
        "115" => ["a=rtpmap:115 H264/90000", "a=fmtp:115 profile-level-id=42c00c;packetization-mode=0"],
        "98" => ["a=rtpmap:98 H264/90000", "a=fmtp:98 profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1"],
        "99" => ["a=rtpmap:99 VP8/90000"],
        "100" => ["a=rtpmap:100 H265/90000"],
        _ => [],
    };
}

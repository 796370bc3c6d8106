using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Ice;

namespace Byon.Tests.MediaNode.Core.Tests.Calls;

/// <summary>Session descriptions of a browser and of a phone, as short as they may be.</summary>
internal static class CallSdp
{
    private const string Fingerprint =
        "sha-256 AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99";

    public static System.Net.IPEndPoint VideoPorts { get; } = new(0x0100007F, 21002);

    public static string BrowserOffer(bool opus = true, string ufrag = "offerUfr") => Browser(opus, "actpass", ufrag);

    public static string BrowserAnswer(bool opus = true, string ufrag = "answerUf") => Browser(opus, "active", ufrag);

    /// <summary>A phone that speaks only the given formats, in its order; the direction is the phone's own.</summary>
    public static string Phone(string direction = "sendrecv", string formats = "8", string address = "192.0.2.9", int port = 4000)
    {
        var mappings = string.Concat(formats.Split(' ').Select(format => format switch
        {
            "8" => "a=rtpmap:8 PCMA/8000\r\n",
            "0" => "a=rtpmap:0 PCMU/8000\r\n",
            "96" => "a=rtpmap:96 opus/48000/2\r\n",
            "101" => "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n",
            _ => "",
        }));
        return $"v=0\r\no=phone 7 1 IN IP4 {address}\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\n"
            + $"m=audio {port} RTP/AVP {formats}\r\n{mappings}a={direction}\r\n";
    }

    public static MediaAllocation Allocation(EntropySource entropy) => new(
        0, new System.Net.IPEndPoint(0x0100007F, 20001), new System.Net.IPEndPoint(0x0100007F, 21000), IceCredentials.Create(entropy),
        new("sha-256", Fingerprint["sha-256 ".Length..]));

    private static string Browser(bool opus, string setup, string ufrag)
    {
        var formats = opus ? "111 8 0 126" : "8 0 126";
        var mapping = opus ? "a=rtpmap:111 opus/48000/2\r\n" : "";
        return "v=0\r\no=- 4711 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
            + $"m=audio 9 UDP/TLS/RTP/SAVPF {formats}\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=sendrecv\r\na=rtcp-mux\r\n"
            + $"a=ice-ufrag:{ufrag}\r\na=ice-pwd:0123456789012345678901\r\na=fingerprint:{Fingerprint}\r\na=setup:{setup}\r\n"
            + $"{mapping}a=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:126 telephone-event/8000\r\n";
    }
}

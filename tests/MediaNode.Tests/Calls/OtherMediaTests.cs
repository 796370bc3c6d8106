using System.Globalization;
using Byon.Tests.MediaNode.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Calls;

/// <summary>Phones whose RTP was written by somebody else: FFmpeg's, and sipp's echo.</summary>
[Collection(NodeTests.Name)]
public sealed class OtherMediaTests(NodeFixture fixture)
{
    public static TheoryData<string> Formats => [.. ByName.Keys];

    private static Dictionary<string, FfmpegFormat> ByName { get; } = new()
    {
        ["PCMA"] = new(8, "PCMA/8000", null, 8_000, ["pcm_alaw"]),
        ["G722"] = new(9, "G722/8000", null, 16_000, ["g722"]),
        // Under the payload type that we offer this framing with; several frames share a packet.
        ["AMR-WB"] = new(110, "AMR-WB/16000/1", "octet-align=1", 16_000, ["libvo_amrwbenc", "-b:a", "12650"])
        {
            // FFmpeg's own decoder knows no descriptions of silence, for which our encoder takes a steady tone.
            Decoder = "libopencore_amrwb",
        },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task FfmpegIsHeardAndHears(string format)
    {
        await using var rig = await CallRig.StartAsync(fixture, opus: true);
        await using var phone = new FfmpegPhone(ByName[format], CallRig.PhoneTone);
        var node = PhoneMedia.AudioOf(await rig.ConnectAsync(phone.Description));
        phone.Speak(node);
        await rig.SpeakUntilAsync(
            () => rig.BrowserHears(CallRig.PhoneTone, CallRig.BrowserTone)
                && Tone.Heard(phone.Heard(), CallRig.BrowserTone, CallRig.PhoneTone, FfmpegPhone.Rate) >= TimeSpan.FromSeconds(1),
            otherwise: () => phone.Log);
    }

    /// <summary>What comes back has our own SSRC and our own numbers, as from any loop (RFC 3550 §8.2).</summary>
    [Fact]
    public async Task SippsEchoIsHeard()
    {
        var (sip, media) = (FreePorts.Next(2), FreePorts.Next(4));
        await using var sipp = ChildProcess.Start(
            "sipp", ["-sn", "uas", "-i", "127.0.0.1", "-p", Text(sip), "-mi", "127.0.0.1", "-mp", Text(media), "-rtp_echo", "-nostdin"]);
        await using var rig = await CallRig.StartAsync(fixture, opus: true);
        await rig.ConnectAsync($"v=0\r\no=sipp 7 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {media} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n");
        await rig.SpeakUntilAsync(() => rig.BrowserHears(CallRig.BrowserTone, CallRig.PhoneTone), otherwise: sipp.Tail);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

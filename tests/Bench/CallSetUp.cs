using System.Text;
using Byon.Local.Up;
using Byon.Tests.Rig;

namespace Byon.Tests.Bench;

/// <summary>
/// Outgoing calls of a real browser through the whole stack and a real registrar to a real phone. All times but the last
/// are those of packets on the loopback interface; the last one is told by the page that plays the audio.
/// </summary>
internal static class CallSetUp
{
    private const string Group = "Outgoing call";
    private const int BrowserTone = 700;
    private const int PhoneTone = 440;

    public static async Task<IReadOnlyList<Figure>> MeasureAsync(int runs, TextWriter output)
    {
        using var tap = PacketTap.TryOpen();
        if (tap is null)
        {
            await output.WriteLineAsync("Call set-up is measured on the wire, and only root may capture: skipped.");
            return [];
        }

        await using var registrar = await KamailioServer.StartAsync(People.Domain, People.Registrar);
        await using var stack = await Stack.StartAsync($"sip:127.0.0.1:{registrar.Port}", People.SignedUp);
        await using var chromium = await ChromiumBrowser.StartAsync(BrowserTone);
        await using var phone = await BaresipPhone.StartAsync(registrar, People.Cleo, PhoneTone);
        await using var browser = await Softphone.OnlineAsync(chromium, stack.Page, People.Ana.Number);

        var calls = new List<CallTimes>();
        await CallAsync(tap, stack.Ports, browser, phone); // The first call warms every part up and is not counted.
        for (var run = 0; run < runs; run++)
            calls.Add(await CallAsync(tap, stack.Ports, browser, phone));

        return
        [
            new Figure(Group, "POST /sessions to INVITE on the wire", [.. calls.Select(call => call.Invite - call.Post)]),
            new Figure(Group, "200 to INVITE, to first audio packet to the phone", [.. calls.Select(call => call.ToPhone - call.Answer)]),
            new Figure(Group, "200 to INVITE, to first audio packet to the browser", [.. calls.Select(call => call.ToBrowser - call.Answer)]),
            new Figure(Group, "200 to INVITE, to audible audio in the page", [.. calls.Select(call => call.Audible - call.Answer)]),
        ];
    }

    private readonly record struct CallTimes(TimeSpan Post, TimeSpan Invite, TimeSpan Answer, TimeSpan ToPhone, TimeSpan ToBrowser, TimeSpan Audible);

    private static async Task<CallTimes> CallAsync(PacketTap tap, LocalPorts ports, Softphone browser, BaresipPhone phone)
    {
        tap.Forget();
        var seen = phone.Events.Count;
        await browser.ForgetAudibleAsync();
        await browser.DialAsync(phone.Number);
        await phone.WaitForEventAsync("CALL_INCOMING", seen: seen);
        await phone.AnswerAsync();
        await browser.WaitForPhaseAsync("connected");
        await browser.MustHearAsync(phone.Tone);
        await phone.MustHearAsync(browser.Tone);

        int sip = ports.Sip + 1, webRtc = ports.WebRtc + 1;
        var post = Found("the POST", tap.First(one => one.TargetPort == ports.Functions && Begins(one, "POST /webrtc-call-handling")));
        var invite = Found("the INVITE", tap.First(one => one.SourcePort == sip && Begins(one, "INVITE "), post));
        var answer = Found("the 200", tap.First(one => one.TargetPort == sip && Begins(one, "SIP/2.0 200") && Holds(one, " INVITE\r\n"), invite));
        var toPhone = Found("audio to the phone", tap.First(one => IsRtp(one) && IsIms(one.SourcePort, ports), answer));
        var toBrowser = Found("audio to the browser", tap.First(one => IsRtp(one) && one.SourcePort == webRtc, answer));
        var audible = await browser.AudibleSinceAsync() - tap.OpenedAt;

        await browser.HangUpAsync();
        await browser.WaitForEndAsync();
        await browser.Control("close-call").ClickAsync();
        await phone.WaitForEventAsync("CALL_CLOSED", seen: seen);
        return new CallTimes(post, invite, answer, toPhone, toBrowser, audible);
    }

    private static TimeSpan Found(string what, TimeSpan? at) => at ?? throw new InvalidOperationException($"{what} was not seen on the wire");

    private static bool Begins(TappedPacket packet, string text) => packet.Payload.AsSpan().StartsWith(Encoding.ASCII.GetBytes(text));

    private static bool Holds(TappedPacket packet, string text) => packet.Payload.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text)) >= 0;

    /// <summary>RTP version 2 and not RTCP (RFC 5761).</summary>
    private static bool IsRtp(TappedPacket packet) =>
        packet is { IsUdp: true, Payload: [>= 128 and < 192, var type, ..] } && type is not (>= 192 and <= 223);

    private static bool IsIms(int port, LocalPorts ports) => port >= ports.Rtp && port < ports.Rtp + LocalPorts.RtpPortsPerNode;
}

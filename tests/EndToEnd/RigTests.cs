using Byon.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.EndToEnd;

/// <summary>The real parts among themselves, without us: what fails here is the rig, not the product.</summary>
public sealed class RigTests
{
    private static readonly KamailioSubscriber Ada = new("+34600000901", "rig-ada", "ada-secret");
    private static readonly KamailioSubscriber Bea = new("+34600000902", "rig-bea", "bea-secret");

    [Fact]
    public async Task TwoPhonesHearEachOthersToneThroughTheRegistrar()
    {
        await using var registrar = await KamailioServer.StartAsync("ims.example", Ada, Bea);
        await using var ada = await BaresipPhone.StartAsync(registrar, Ada, tone: 440);
        await using var bea = await BaresipPhone.StartAsync(registrar, Bea, tone: 1000);

        await ada.DialAsync(Bea.Number);
        var call = await bea.WaitForEventAsync("CALL_INCOMING");
        Assert.Contains(Ada.Number, call.PeerUri);
        await bea.AnswerAsync();
        await ada.WaitForEventAsync("CALL_ESTABLISHED");

        await bea.MustTalkAsync(ada);

        await ada.PressAsync('5');
        Assert.Equal("5", (await bea.WaitForEventAsync("CALL_DTMF_START")).Parameter);

        await bea.HangUpAsync();
        await ada.WaitForEventAsync("CALL_CLOSED");
    }

    [Fact]
    public async Task ABrowserHearsItsMicrophoneThroughAConnectionToItself()
    {
        await using var browser = await ChromiumBrowser.StartAsync(tone: 700);
        await using var page = await browser.OpenAsync();
        // Any loopback address is a secure context, which getUserMedia asks for; nothing is sent to it.
        await page.Page.RouteAsync("**/*", route => route.FulfillAsync(new() { ContentType = "text/html", Body = "<audio autoplay></audio>" }));
        await page.Page.GotoAsync("http://127.0.0.1/");

        await page.Page.EvaluateAsync(
            """
            async () => {
              const near = new RTCPeerConnection(), far = new RTCPeerConnection();
              near.onicecandidate = event => far.addIceCandidate(event.candidate);
              far.onicecandidate = event => near.addIceCandidate(event.candidate);
              far.ontrack = event => { document.querySelector('audio').srcObject = event.streams[0]; };
              const microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
              near.addTrack(microphone.getTracks()[0], microphone);
              await near.setLocalDescription();
              await far.setRemoteDescription(near.localDescription);
              await far.setLocalDescription();
              await near.setRemoteDescription(far.localDescription);
            }
            """);

        await WaitFor.TrueAsync(
            async () =>
            {
                var heard = await page.HeardAsync(0);
                return Tone.Heard(heard.Samples, page.Tone, notHertz: 440, heard.SampleRate) > TimeSpan.FromSeconds(2);
            },
            otherwise: () => page.Log);
        var all = await page.HeardAsync(0);
        Assert.Equal(TimeSpan.Zero, Tone.Heard(all.Samples, 440, notHertz: page.Tone, all.SampleRate));
    }
}

using Byon.Tests.EndToEnd.Parts;

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

        await bea.MustHearAsync(ada.Tone);
        await ada.MustHearAsync(bea.Tone);

        await ada.PressAsync('5');
        Assert.Equal("5", (await bea.WaitForEventAsync("CALL_DTMF_START")).Parameter);

        await bea.HangUpAsync();
        await ada.WaitForEventAsync("CALL_CLOSED");
    }
}

using System.Net;
using Byon.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.EndToEnd;

[Collection(SharedStackTests.Name)]
public sealed class OutgoingCallTests(SharedStack shared)
{
    [Fact]
    public async Task BothHearEachOtherAndThePhoneSeesTheCallersNumber()
    {
        await using var phone = await shared.PhoneAsync(People.Cleo);
        await using var browser = await shared.OnlineAsync(People.Ana);

        await browser.DialAsync(People.Cleo.Number);
        var ringing = await phone.WaitForEventAsync("CALL_INCOMING");
        Assert.StartsWith($"sip:{People.Ana.Number}@", ringing.PeerUri);
        await browser.WaitForCallAsync(call => call.Status == "Ringing");
        await phone.AnswerAsync();
        await browser.WaitForPhaseAsync("connected");

        await browser.MustTalkAsync(phone);

        await browser.HangUpAsync();
        await phone.WaitForEventAsync("CALL_CLOSED");
        Assert.Equal("hung-up", (await browser.WaitForEndAsync()).ByMe);
    }

    [Fact]
    public async Task ThePhoneHangsUp()
    {
        await using var phone = await shared.PhoneAsync(People.Cleo);
        await using var browser = await shared.OnlineAsync(People.Ana);
        await Calls.FromBrowserAsync(browser, phone);

        await phone.HangUpAsync();

        var end = await browser.WaitForEndAsync();
        Assert.Equal("Terminated", end.Status);
        Assert.Equal("Success", end.Ending?.Class);
    }

    [Fact]
    public async Task TheOtherSideIsBusy()
    {
        await using var phone = await shared.PhoneAsync(People.Cleo);
        await using var browser = await shared.OnlineAsync(People.Ana);

        await browser.DialAsync(People.Cleo.Number);
        await phone.WaitForEventAsync("CALL_INCOMING");
        await phone.RejectAsync();

        var end = await browser.WaitForEndAsync();
        Assert.Equal("Busy", end.Status);
        Assert.Equal("busy", end.Ending?.Reason);
        Assert.Equal("The other side is busy", await browser.StatusTextAsync());
    }

    [Fact]
    public async Task TheOtherSideDeclines()
    {
        await using var browser = await shared.OnlineAsync(People.Ana);

        await browser.DialAsync(People.Eva.Number);

        var end = await browser.WaitForEndAsync();
        Assert.Equal("Declined", end.Status);
        Assert.StartsWith("SIP 603", end.Ending?.SipLine);
    }

    [Fact]
    public async Task NobodyAnswers()
    {
        await using var phone = await shared.PhoneAsync(People.Dora);
        await using var browser = await shared.OnlineAsync(People.Ana);

        await browser.DialAsync(People.Dora.Number);
        await browser.WaitForCallAsync(call => call.Status == "Ringing");

        Assert.Equal("NoAnswer", (await browser.WaitForEndAsync()).Status);
        await phone.WaitForEventAsync("CALL_CLOSED");
    }

    [Fact]
    public async Task NobodyHasThatNumber()
    {
        await using var browser = await shared.OnlineAsync(People.Ana);

        await browser.DialAsync(People.Nobody);

        var end = await browser.WaitForEndAsync();
        Assert.Equal("NotReachable", end.Status);
        Assert.StartsWith("SIP 404", end.Ending?.SipLine);
    }

    [Fact]
    public async Task TheCallerCancelsWhileItRings()
    {
        await using var phone = await shared.PhoneAsync(People.Cleo);
        await using var browser = await shared.OnlineAsync(People.Ana);

        await browser.DialAsync(People.Cleo.Number);
        await phone.WaitForEventAsync("CALL_INCOMING");
        await browser.HangUpAsync();

        await phone.WaitForEventAsync("CALL_CLOSED");
        Assert.Equal("cancelled", (await browser.WaitForEndAsync()).ByMe);
    }

    [Fact]
    public async Task KeysAreHeardOnBothSides()
    {
        await using var phone = await shared.PhoneAsync(People.Cleo);
        await using var browser = await shared.OnlineAsync(People.Ana);
        await Calls.FromBrowserAsync(browser, phone);
        await browser.MustHearAsync(phone.Tone);

        await browser.PressKeyAsync('7');
        Assert.Equal("7", (await phone.WaitForEventAsync("CALL_DTMF_START")).Parameter);

        var from = (await browser.HeardAsync(int.MaxValue)).From;
        await phone.PressAsync('5');
        await browser.MustHearKeyAsync('5', from);
    }

    [Fact]
    public async Task KeysOfTheApiAreHeardByThePhone()
    {
        await using var phone = await shared.PhoneAsync(People.Cleo);
        await using var browser = await shared.OnlineAsync(People.Ana);
        await Calls.FromBrowserAsync(browser, phone);
        await phone.MustHearAsync(browser.Tone);

        using var api = new GatewayApi(shared.Stack.Api, await browser.TokenAsync());
        Assert.Equal(HttpStatusCode.Accepted, (await api.PressKeysAsync(await browser.CallIdAsync(), "4*2#")).Status);
        await WaitFor.TrueAsync(
            () => string.Concat(phone.Events.Where(one => one.Type == "CALL_DTMF_START").Select(one => one.Parameter)) == "4*2#", otherwise: () => phone.Log);
        await phone.MustHearAsync(browser.Tone);
    }

    [Fact]
    public async Task OpusPassesThroughToAPhoneThatSpeaksIt()
    {
        await using var phone = await shared.PhoneAsync(People.Cleo, codec: "opus");
        await using var browser = await shared.OnlineAsync(People.Ana);

        await Calls.FromBrowserAsync(browser, phone);

        await browser.MustTalkAsync(phone);
    }

    [Theory]
    [InlineData("PCMU")]
    [InlineData("AMR")]
    [InlineData("AMR-WB")]
    [InlineData("G722")]
    public async Task APhoneIsSpokenToInTheOnlyCodecItKnows(string codec)
    {
        await using var phone = await shared.PhoneAsync(People.Cleo, codec: codec);
        await using var browser = await shared.OnlineAsync(People.Ana);

        await Calls.FromBrowserAsync(browser, phone);

        await browser.MustTalkAsync(phone);
    }

    [Fact]
    public async Task TwoBrowsersTalkAsTwoSubscribers()
    {
        await using var ana = await shared.OnlineAsync(People.Ana);
        await using var ben = await shared.OnlineElsewhereAsync(People.Ben);

        await Calls.BetweenBrowsersAsync(ana, ben, People.Ben.Number);
        Assert.Equal(People.Ana.Number, (await ben.StateAsync()).Call?.Number);

        await ben.HangUpAsync();
        Assert.Equal("Terminated", (await ana.WaitForEndAsync()).Status);
    }
}

using Byon.Tests.Rig;

namespace Byon.Tests.EndToEnd;

/// <summary>Calls that change hands, with real browsers, phones and a forking proxy.</summary>
[Collection(SharedStackTests.Name)]
public sealed class TransferTests(SharedStack shared)
{
    [Fact]
    public async Task ACallGoesFromTheBrowserToTheSimPhoneAndBack()
    {
        await using var sim = await shared.PhoneAsync(People.Ana, SharedStack.OtherTone);
        await using var other = await shared.PhoneAsync(People.Cleo);
        await using var browser = await shared.OnlineAsync(People.Ana);
        await Calls.FromBrowserAsync(browser, other);
        await other.MustHearAsync(browser.Tone);

        await browser.HandOverAsync();
        await sim.WaitForEventAsync("CALL_INCOMING");
        await sim.AnswerAsync();
        Assert.Equal("transferred", (await browser.WaitForEndAsync()).Ending?.Reason);
        await sim.MustTalkAsync(other);

        await browser.RetrieveAsync();
        await browser.WaitForPhaseAsync("connected");
        await sim.WaitForEventAsync("CALL_CLOSED");
        await other.MustTalkAsync(browser);

        await browser.HangUpAsync();
        await other.WaitForEventAsync("CALL_CLOSED");
    }

    [Fact]
    public async Task APhonePassesTheBrowserOnToSomebodyElse()
    {
        await using var first = await shared.PhoneAsync(People.Cleo);
        await using var second = await shared.PhoneAsync(People.Ben, SharedStack.OtherTone);
        await using var browser = await shared.OnlineAsync(People.Ana);
        await Calls.FromBrowserAsync(browser, first);

        await first.TransferAsync(People.Ben.Number);
        await second.WaitForEventAsync("CALL_INCOMING");
        await second.AnswerAsync();
        await first.WaitForEventAsync("CALL_CLOSED");
        await browser.MustTalkAsync(second);
        Assert.Equal("connected", (await browser.StateAsync()).Call?.Phase);

        await second.HangUpAsync();
        Assert.Equal("remote-hangup", (await browser.WaitForEndAsync()).Ending?.Reason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BetweenTwoBrowsersTheCalledPhoneRingsAlong(bool answeredInBrowser)
    {
        await using var sim = await shared.PhoneAsync(People.Ben);
        await using var caller = await shared.OnlineAsync(People.Ana);
        await using var called = await shared.OnlineElsewhereAsync(People.Ben);
        await caller.DialAsync(People.Ben.Number);
        await sim.WaitForEventAsync("CALL_INCOMING");
        await called.WaitForCallAsync(call => call.Status == "Ringing");

        if (answeredInBrowser)
        {
            await called.AnswerAsync();
            await sim.WaitForEventAsync("CALL_CLOSED");
            await caller.WaitForPhaseAsync("connected");
            await called.MustTalkAsync(caller);
            return;
        }

        await sim.AnswerAsync();
        Assert.Equal("answered-elsewhere", (await called.WaitForEndAsync()).Ending?.Reason);
        await caller.MustTalkAsync(sim);
    }
}

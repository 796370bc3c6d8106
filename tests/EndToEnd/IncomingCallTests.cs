using Byon.Tests.Rig;

namespace Byon.Tests.EndToEnd;

/// <summary>A phone calls a subscriber whose browser and SIM phone ring together.</summary>
[Collection(SharedStackTests.Name)]
public sealed class IncomingCallTests(SharedStack shared)
{
    [Fact]
    public async Task AnsweredInTheBrowserTheSimPhoneStopsRinging()
    {
        await using var sim = await shared.PhoneAsync(People.Ana, SharedStack.OtherTone);
        await using var caller = await shared.PhoneAsync(People.Cleo);
        await using var browser = await shared.OnlineAsync(People.Ana);

        await caller.DialAsync(People.Ana.Number);
        await sim.WaitForEventAsync("CALL_INCOMING");
        var ringing = await browser.WaitForPhaseAsync("incoming");
        Assert.Equal(People.Cleo.Number, ringing.Number);
        await browser.AnswerAsync();

        await caller.WaitForEventAsync("CALL_ESTABLISHED");
        await sim.WaitForEventAsync("CALL_CLOSED");
        await browser.MustTalkAsync(caller);

        await browser.HangUpAsync();
        await caller.WaitForEventAsync("CALL_CLOSED");
    }

    [Fact]
    public async Task AnsweredOnTheSimPhoneTheBrowserLearnsThatItWasElsewhere()
    {
        await using var sim = await shared.PhoneAsync(People.Ana, SharedStack.OtherTone);
        await using var caller = await shared.PhoneAsync(People.Cleo);
        await using var browser = await shared.OnlineAsync(People.Ana);

        await caller.DialAsync(People.Ana.Number);
        await sim.WaitForEventAsync("CALL_INCOMING");
        await browser.WaitForCallAsync(call => call.Status == "Ringing");
        await sim.AnswerAsync();

        var end = await browser.WaitForEndAsync();
        Assert.Equal("SessionCancelled", end.Status);
        Assert.Equal("answered-elsewhere", end.Ending?.Reason);
        Assert.Equal("Answered on another device", await browser.StatusTextAsync());
        await sim.MustHearAsync(caller.Tone);
    }

    /// <summary>As after a push: the second page signs in, and so registers, while the first one rings.</summary>
    [Fact]
    public async Task ABrowserThatRegistersWhileItRingsCanAnswer()
    {
        await using var caller = await shared.PhoneAsync(People.Cleo);
        await using var first = await shared.OnlineAsync(People.Ana);
        await caller.DialAsync(People.Ana.Number);
        await first.WaitForCallAsync(call => call.Status == "Ringing");

        await using var late = await shared.OnlineAsync(People.Ana);
        var ringing = await late.WaitForPhaseAsync("incoming");
        Assert.Equal(People.Cleo.Number, ringing.Number);
        await late.AnswerAsync();

        await caller.WaitForEventAsync("CALL_ESTABLISHED");
        var end = await first.WaitForEndAsync();
        Assert.Equal(("SessionCancelled", "answered-elsewhere"), (end.Status, end.Ending?.Reason));
        await late.MustTalkAsync(caller);
        Assert.Single(caller.Events, one => one.Type == "CALL_RINGING");
    }

    [Fact]
    public async Task DeclinedInTheBrowser()
    {
        await using var caller = await shared.PhoneAsync(People.Cleo);
        await using var browser = await shared.OnlineAsync(People.Ana);

        await caller.DialAsync(People.Ana.Number);
        await browser.WaitForCallAsync(call => call.Status == "Ringing");
        await browser.DeclineAsync();

        Assert.StartsWith("603", (await caller.WaitForEventAsync("CALL_CLOSED")).Parameter);
        Assert.Equal("declined", (await browser.WaitForEndAsync()).ByMe);
    }

    [Fact]
    public async Task TheCallerGivesUp()
    {
        await using var caller = await shared.PhoneAsync(People.Cleo);
        await using var browser = await shared.OnlineAsync(People.Ana);

        await caller.DialAsync(People.Ana.Number);
        await browser.WaitForCallAsync(call => call.Status == "Ringing");
        await caller.WaitForEventAsync("CALL_RINGING");
        await caller.HangUpAsync();

        var end = await browser.WaitForEndAsync();
        Assert.Equal("SessionCancelled", end.Status);
        Assert.Equal("caller-cancelled", end.Ending?.Reason);
    }

    [Fact]
    public async Task TheCallerHangsUp()
    {
        await using var caller = await shared.PhoneAsync(People.Cleo);
        await using var browser = await shared.OnlineAsync(People.Ana);
        await Calls.FromPhoneAsync(caller, browser, People.Ana.Number);

        await caller.HangUpAsync();

        Assert.Equal("Terminated", (await browser.WaitForEndAsync()).Status);
    }
}

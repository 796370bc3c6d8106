using Byon.Tests.Rig;

namespace Byon.Tests.EndToEnd;

/// <summary>
/// Hold really stops the audio, resume really brings it back, whoever asked and whoever called. What a baresip hears after a
/// re-INVITE is not in its recording any more, so there a key press proves the way to the phone; both ways are heard where
/// two browsers talk.
/// </summary>
[Collection(SharedStackTests.Name)]
public sealed class HoldTests(SharedStack shared)
{
    [Fact]
    public async Task HeldAndResumedByTheCallersBrowser()
    {
        await using var ana = await shared.OnlineAsync(People.Ana);
        await using var ben = await shared.OnlineElsewhereAsync(People.Ben);
        await Calls.BetweenBrowsersAsync(ana, ben, People.Ben.Number);

        await ana.HoldAsync();
        await ben.WaitForCallAsync(call => call.RemoteHold);
        await MustBeSilentAsync(ana, ben);

        await ana.ResumeAsync();
        await ben.WaitForCallAsync(call => !call.RemoteHold);
        await ana.MustTalkAsync(ben);
    }

    [Fact]
    public async Task HeldByBothBrowsersAndResumedByBoth()
    {
        await using var ana = await shared.OnlineAsync(People.Ana);
        await using var ben = await shared.OnlineElsewhereAsync(People.Ben);
        await Calls.BetweenBrowsersAsync(ana, ben, People.Ben.Number);

        await ana.HoldAsync();
        await ben.HoldAsync();
        await ana.ResumeAsync();
        await MustBeSilentAsync(ana, ben);

        await ben.ResumeAsync();
        await ana.WaitForCallAsync(call => call is { LocalHold: false, RemoteHold: false });
        await ana.MustTalkAsync(ben);
    }

    [Fact]
    public async Task HeldAndResumedByTheBrowserTowardsAPhone()
    {
        await using var phone = await shared.PhoneAsync(People.Cleo);
        await using var browser = await shared.OnlineAsync(People.Ana);
        await Calls.FromBrowserAsync(browser, phone);
        await browser.MustHearAsync(phone.Tone);

        await browser.HoldAsync();
        await browser.MustStopHearingAsync(phone.Tone);

        await browser.ResumeAsync();
        await browser.MustHearAsync(phone.Tone);
        await browser.PressKeyAsync('3');
        Assert.Equal("3", (await phone.WaitForEventAsync("CALL_DTMF_START")).Parameter);
    }

    [Fact]
    public async Task HeldAndResumedByThePhone()
    {
        await using var phone = await shared.PhoneAsync(People.Cleo);
        await using var browser = await shared.OnlineAsync(People.Ana);
        await Calls.FromPhoneAsync(phone, browser, People.Ana.Number);
        await browser.MustHearAsync(phone.Tone);

        await phone.HoldAsync();
        await browser.WaitForCallAsync(call => call.RemoteHold);
        await browser.MustStopHearingAsync(phone.Tone);

        await phone.ResumeAsync();
        await browser.WaitForCallAsync(call => !call.RemoteHold);
        await browser.MustHearAsync(phone.Tone);
        await browser.PressKeyAsync('8');
        Assert.Equal("8", (await phone.WaitForEventAsync("CALL_DTMF_START")).Parameter);
    }

    private static Task MustBeSilentAsync(Softphone one, Softphone other) =>
        Task.WhenAll(one.MustStopHearingAsync(other.Tone), other.MustStopHearingAsync(one.Tone));
}

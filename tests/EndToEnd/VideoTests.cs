using Byon.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.EndToEnd;

/// <summary>Pictures between a real browser, another one and a real phone.</summary>
[Collection(SharedStackTests.Name)]
public sealed class VideoTests(SharedStack shared)
{
    [Fact]
    public async Task TwoBrowsersSeeEachOther()
    {
        await using var caller = await shared.OnlineAsync(People.Ana);
        await using var called = await shared.OnlineAsync(People.Ben);
        await caller.SwitchVideoAsync();
        await called.SwitchVideoAsync();

        await caller.DialAsync(People.Ben.Number);
        await called.WaitForPhaseAsync("incoming");
        await called.AnswerAsync();
        await caller.WaitForPhaseAsync("connected");

        await caller.MustSeeAsync();
        await called.MustSeeAsync();
    }

    [Fact]
    public async Task ABrowserTakesVideoThatTheOtherSideAddsAndAddsItsOwn()
    {
        await using var caller = await shared.OnlineAsync(People.Ana);
        await using var called = await shared.OnlineElsewhereAsync(People.Ben);
        await caller.DialAsync(People.Ben.Number);
        await called.WaitForPhaseAsync("incoming");
        await called.AnswerAsync();
        await caller.WaitForPhaseAsync("connected");

        await caller.PressCameraAsync();
        await called.AcceptVideoAsync();
        await called.MustSeeAsync();
        await called.MustHearAsync(caller.Tone);

        await called.PressCameraAsync();
        await caller.MustSeeAsync();
        await called.MustTalkAsync(caller);
    }

    [Fact]
    public async Task ABrowserAndAPhoneSeeEachOtherAlsoAfterAHold()
    {
        await using var phone = await shared.PhoneAsync(People.Cleo, video: true);
        await using var browser = await shared.OnlineAsync(People.Ana);
        await browser.SwitchVideoAsync();
        await Calls.FromBrowserAsync(browser, phone);
        await browser.MustSeeAsync();
        await WaitFor.TrueAsync(() => phone.Events.Any(one => one is { Type: "CALL_RTPESTAB", Parameter: "video" }), otherwise: () => phone.Log);

        await browser.HoldAsync();
        await browser.ResumeAsync();
        await browser.MustSeeAsync();
    }

    [Fact]
    public async Task APhoneWithoutVideoIsHeard()
    {
        await using var phone = await shared.PhoneAsync(People.Cleo);
        await using var browser = await shared.OnlineAsync(People.Ana);
        await browser.SwitchVideoAsync();
        await Calls.FromBrowserAsync(browser, phone);
        await browser.MustTalkAsync(phone);
    }
}

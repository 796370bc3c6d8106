using Byon.Tests.Rig;

namespace Byon.Tests.EndToEnd;

/// <summary>Calls that stand, for the cases that begin with one.</summary>
internal static class Calls
{
    public static async Task FromBrowserAsync(Softphone browser, BaresipPhone phone)
    {
        await browser.DialAsync(phone.Number);
        await phone.WaitForEventAsync("CALL_INCOMING");
        await phone.AnswerAsync();
        await browser.WaitForPhaseAsync("connected");
    }

    public static async Task FromPhoneAsync(BaresipPhone phone, Softphone browser, string number)
    {
        await phone.DialAsync(number);
        await browser.WaitForPhaseAsync("incoming");
        await browser.AnswerAsync();
        await browser.WaitForPhaseAsync("connected");
        await phone.WaitForEventAsync("CALL_ESTABLISHED");
    }

    /// <summary>A call between two pages that hear each other.</summary>
    public static async Task BetweenBrowsersAsync(Softphone caller, Softphone called, string number)
    {
        await caller.DialAsync(number);
        await called.WaitForPhaseAsync("incoming");
        await called.AnswerAsync();
        await caller.WaitForPhaseAsync("connected");
        await caller.MustTalkAsync(called);
    }
}

using System.Text.Json;
using System.Text.RegularExpressions;
using Byon.Tests.TestKit;
using Microsoft.Playwright;

namespace Byon.Tests.Rig;

/// <summary>What the page says of a call in <c>window.softphone</c>.</summary>
public sealed record SoftphoneCall(
    string? Id, string Direction, string Phase, string Status, string? Number, bool Muted, bool LocalHold, bool RemoteHold, SoftphoneEnding? Ending);

public sealed record SoftphoneEnding(string? Status, string? ByMe, CallEndingWire? Ending);

/// <summary>The cause of an ending as the event carries it.</summary>
public sealed record CallEndingWire(string? Class, string? Reason, string? SipLine);

public sealed record SoftphoneRegistration(string? Id, string State);

public sealed record SoftphoneState(
    SoftphoneRegistration Registration, string Channel, string DeviceId, string? Number, SoftphoneCall? Call, SoftphoneCall? LastCall);

/// <summary>The product's own softphone page in a real browser, worked through the controls a person uses.</summary>
public sealed class Softphone : IEar, IAsyncDisposable
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(10);

    private readonly BrowserPage _page;

    private Softphone(BrowserPage page) => _page = page;

    public int Tone => _page.Tone;

    public string Log => _page.Log;

    public IPage Page => _page.Page;

    /// <summary>Opens the page and signs in as that subscriber; what happens then is the page's own business.</summary>
    public static async Task<Softphone> SignInAsync(ChromiumBrowser browser, Uri address, string number)
    {
        var phone = new Softphone(await browser.OpenAsync());
        await phone.Page.GotoAsync(address.ToString());
        await phone.PressAsync("sign-in");
        await phone.Page.Locator($"[data-testid='subscriber-{number}']").ClickAsync();
        await phone.Page.WaitForURLAsync(new Regex($"^{Regex.Escape(address.ToString())}"));
        await WaitFor.TrueAsync(() => phone._page.ReadAsync<bool>("window.softphone !== undefined"), otherwise: () => phone.Log);
        return phone;
    }

    /// <summary>Opens the page, signs in, and waits until the number is registered and events arrive.</summary>
    public static async Task<Softphone> OnlineAsync(ChromiumBrowser browser, Uri address, string number)
    {
        var phone = await SignInAsync(browser, address, number);
        await phone.WaitForAsync(state => state is { Registration.State: "on", Channel: "open" });
        return phone;
    }

    public Task<SoftphoneState> StateAsync() => _page.ReadAsync<SoftphoneState>(
        "(({ registration, channel, deviceId, number, call, lastCall }) => ({ registration, channel, deviceId, number, call, lastCall }))(softphone)");

    /// <summary>The access token of the subscriber who is signed in.</summary>
    public Task<string> TokenAsync() => _page.ReadAsync<string>("JSON.parse(sessionStorage.getItem('byon.session')).accessToken");

    /// <summary>The mediaSessionId of the call.</summary>
    public Task<string> CallIdAsync() => _page.ReadAsync<string>("softphone.call.id");

    public Task<HeardAudio> HeardAsync(int from) => _page.HeardAsync(from);

    /// <summary>When the first sound came out of a call, by the clock of this machine.</summary>
    public async Task<DateTimeOffset> AudibleSinceAsync() =>
        DateTimeOffset.UnixEpoch + TimeSpan.FromMilliseconds(await _page.ReadAsync<double>("byonProbe.audibleSince"));

    public Task ForgetAudibleAsync() => Page.EvaluateAsync("byonProbe.audibleSince = null");

    public async Task DialAsync(string number)
    {
        await Control("number-input").FillAsync(number);
        await PressAsync("call-button");
    }

    public Task AnswerAsync() => PressAsync("answer");

    public Task DeclineAsync() => PressAsync("decline");

    public Task HangUpAsync() => PressAsync("hangup");

    /// <summary>Before a call: it begins, or is answered, with the camera.</summary>
    public Task SwitchVideoAsync() => PressAsync("video-switch");

    /// <summary>During a call: shows the person, or hides them.</summary>
    public Task PressCameraAsync() => PressAsync("camera");

    /// <summary>Takes the video that the other side has added; waits until it is offered.</summary>
    public Task AcceptVideoAsync() => PressAsync("video-accept");

    /// <summary>Pictures of the other side that the browser has decoded in this call.</summary>
    public Task<int> FramesDecodedAsync() => Page.EvaluateAsync<int>("async () => (await softphone.statistics())?.framesDecoded ?? 0");

    /// <summary>Waits until more pictures of the other side move.</summary>
    public async Task MustSeeAsync()
    {
        var before = await FramesDecodedAsync();
        await WaitFor.TrueAsync(async () => await FramesDecodedAsync() > before + 5, otherwise: () => Log, text: "pictures of the other side");
    }

    public async Task HoldAsync()
    {
        await PressAsync("hold");
        await WaitForAsync(state => state.Call is { LocalHold: true });
    }

    public async Task ResumeAsync()
    {
        await PressAsync("hold");
        await WaitForAsync(state => state.Call is { LocalHold: false });
    }

    public async Task PressKeyAsync(char key)
    {
        await PressAsync("keypad");
        await PressAsync($"dtmf-{key}");
    }

    /// <summary>Rings the SIM phone for the call.</summary>
    public Task HandOverAsync() => PressAsync("hand-over");

    /// <summary>Brings the call back that was handed over.</summary>
    public Task RetrieveAsync() => PressAsync("retrieve");

    public Task SignOutAsync() => PressAsync("sign-out");

    public Task<SoftphoneCall> WaitForPhaseAsync(string phase, TimeSpan? limit = null) =>
        WaitForCallAsync(call => call.Phase == phase, limit, $"call phase {phase}");

    /// <summary>Waits for the call to end, and tells how.</summary>
    public async Task<SoftphoneEnding> WaitForEndAsync(TimeSpan? limit = null)
    {
        var state = await WaitForAsync(one => one is { Call: null, LastCall.Ending: not null }, limit);
        return state.LastCall!.Ending!;
    }

    public async Task<SoftphoneCall> WaitForCallAsync(Func<SoftphoneCall, bool> holds, TimeSpan? limit = null, string text = "a call state")
    {
        var state = await WaitForAsync(one => one.Call is { } call && holds(call), limit, text);
        return state.Call!;
    }

    public async Task<SoftphoneState> WaitForAsync(Func<SoftphoneState, bool> holds, TimeSpan? limit = null, string text = "a state of the page")
    {
        SoftphoneState? state = null;
        try
        {
            await WaitFor.TrueAsync(async () => holds(state = await StateAsync()), limit, text: text);
            return state!;
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException(string.Join(Environment.NewLine, late.Message, $"last seen: {state}", await TimelineAsync(), Log), late);
        }
    }

    /// <summary>What the page says in plain words, where something went wrong.</summary>
    public Task<string> NoticeAsync() => Control("notice").InnerTextAsync();

    /// <summary>Waits for a step of the page's timeline, of whichever call.</summary>
    public Task WaitForStepAsync(string title) => WaitFor.TrueAsync(
        async () => (await StepsAsync()).Exists(step => step.GetProperty("title").GetString() == title), otherwise: () => Log, text: title);

    public Task<string> StatusTextAsync() => Control("call-status").InnerTextAsync();

    /// <summary>The page's own timeline, one step a line.</summary>
    private async Task<string> TimelineAsync() => string.Join(Environment.NewLine, await StepsAsync());

    private async Task<List<JsonElement>> StepsAsync() =>
        [.. (await _page.ReadAsync<JsonElement>("softphone.timeline")).EnumerateArray().SelectMany(group => group.GetProperty("steps").EnumerateArray())];

    public ILocator Control(string testId) => Page.Locator($"[data-testid='{testId}']");

    /// <summary>Signs out, so that no contact of a closed page goes on ringing; a case that broke the stack may not be able to.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (await Control("sign-out").IsVisibleAsync())
            {
                await SignOutAsync();
                await Control("sign-in").WaitForAsync(new LocatorWaitForOptions { Timeout = (float)Farewell.TotalMilliseconds });
            }
        }
        catch (TimeoutException)
        {
            // The registration runs out by itself.
        }
        finally
        {
            await _page.DisposeAsync();
        }
    }

    private Task PressAsync(string testId) => Control(testId).ClickAsync();
}

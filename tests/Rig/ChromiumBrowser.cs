using Byon.Tests.TestKit;
using Microsoft.Playwright;

namespace Byon.Tests.Rig;

/// <summary>
/// A real Chromium without a window whose microphone is a tone. Every page is a browser context of its own: no storage,
/// cookies or sign-in is shared.
/// </summary>
public sealed class ChromiumBrowser : IAsyncDisposable
{
    private const int SampleRate = 48000;

    private static readonly string Probe = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "page-probe.js"));

    private readonly TemporaryFolder _folder;
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private ChromiumBrowser(TemporaryFolder folder, IPlaywright playwright, IBrowser browser, int tone)
    {
        _folder = folder;
        _playwright = playwright;
        _browser = browser;
        Tone = tone;
    }

    /// <summary>Frequency of what its microphone picks up, Hz.</summary>
    public int Tone { get; }

    public static async Task<ChromiumBrowser> StartAsync(int tone)
    {
        var folder = new TemporaryFolder();
        var microphone = folder.Combine("microphone.wav");
        // A whole number of periods: the file is played in a loop.
        WavFile.Write(microphone, TestKit.Tone.Samples(tone, TimeSpan.FromSeconds(10), SampleRate), SampleRate);

        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Headless = true,
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--use-fake-device-for-media-stream",
                $"--use-file-for-fake-audio-capture={microphone}", "--use-fake-ui-for-media-stream",
                "--autoplay-policy=no-user-gesture-required", "--allow-loopback-in-peer-connection",
            ],
        });
        return new ChromiumBrowser(folder, playwright, browser, tone);
    }

    /// <summary>A new page with an empty context; it fails on the page's own script errors through <see cref="BrowserPage.Log"/>.</summary>
    public async Task<BrowserPage> OpenAsync()
    {
        var context = await _browser.NewContextAsync();
        await context.AddInitScriptAsync(Probe);
        return new BrowserPage(context, await context.NewPageAsync(), Tone);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
        _folder.Dispose();
    }
}

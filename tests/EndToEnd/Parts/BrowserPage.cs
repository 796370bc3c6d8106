using System.Runtime.InteropServices;
using Byon.Tests.TestKit;
using Microsoft.Playwright;

namespace Byon.Tests.EndToEnd.Parts;

/// <summary>One page of a browser, with the ear the probe script gave it.</summary>
public sealed class BrowserPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _log = [];

    public BrowserPage(IBrowserContext context, IPage page, int tone)
    {
        _context = context;
        Page = page;
        Tone = tone;
        page.Console += (_, message) => Keep($"console {message.Type}: {message.Text}");
        page.PageError += (_, error) => Keep($"error: {error}");
        page.Response += (_, response) => Keep($"{response.Status} {response.Request.Method} {response.Url}");
        page.RequestFailed += (_, request) => Keep($"failed {request.Method} {request.Url}: {request.Failure}");
    }

    public IPage Page { get; }

    /// <summary>Frequency of what its microphone picks up, Hz.</summary>
    public int Tone { get; }

    public string Log
    {
        get
        {
            lock (_log)
                return string.Join(Environment.NewLine, _log);
        }
    }

    /// <summary>How many samples came in so far, over all remote tracks.</summary>
    public Task<int> HeardLengthAsync() => Page.EvaluateAsync<int>("byonProbe.heardLength");

    public async Task<(short[] Samples, int SampleRate)> HeardAsync(int from)
    {
        var samples = MemoryMarshal.Cast<byte, short>(Convert.FromBase64String(await Page.EvaluateAsync<string>("from => byonProbe.samplesFrom(from)", from)));
        return (samples.ToArray(), await Page.EvaluateAsync<int>("byonProbe.sampleRate"));
    }

    /// <summary>Waits until what came in from now on holds that tone, and not this page's own, for 2 s (or as long as told).</summary>
    public async Task MustHearAsync(int tone, TimeSpan? length = null, TimeSpan? limit = null)
    {
        var wanted = length ?? TimeSpan.FromSeconds(2);
        var from = await HeardLengthAsync();
        var heard = TimeSpan.Zero;
        var got = 0;
        await WaitFor.TrueAsync(
            async () =>
            {
                var (samples, sampleRate) = await HeardAsync(from);
                got = samples.Length;
                heard = TestKit.Tone.Heard(samples, tone, Tone, sampleRate);
                return heard >= wanted;
            },
            limit, () => $"the page heard {heard} of it in {got} samples. {Log}", $"{tone} Hz for {wanted} in the page");
    }

    public async ValueTask DisposeAsync() => await _context.CloseAsync();

    private void Keep(string line)
    {
        lock (_log)
            _log.Add(line);
    }
}

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Byon.Tests.TestKit.OpenApi;
using Microsoft.Playwright;

namespace Byon.Tests.Rig;

/// <summary>One page of a browser, with the ear the probe script gave it.</summary>
public sealed class BrowserPage : IEar, IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _log = [];
    private readonly PageAnswers _answers = new();

    public BrowserPage(IBrowserContext context, IPage page, int tone)
    {
        _context = context;
        Page = page;
        Tone = tone;
        page.Console += (_, message) => Keep($"console {message.Type}: {message.Text}");
        page.PageError += (_, error) => Keep($"error: {error}");
        page.Response += (_, response) => KeepUnlessPart(response);
        page.Response += (_, response) => _answers.Judge(response);
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

    public async Task<HeardAudio> HeardAsync(int from)
    {
        var answer = await ReadAsync<HeardAnswer>(string.Create(CultureInfo.InvariantCulture, $"byonProbe.heardFrom({from})"));
        var samples = MemoryMarshal.Cast<byte, short>(Convert.FromBase64String(answer.Pcm));
        return new HeardAudio(samples.ToArray(), answer.SampleRate, answer.From);
    }

    /// <summary>The value of a JavaScript expression, through JSON.</summary>
    public async Task<T> ReadAsync<T>(string expression) =>
        JsonSerializer.Deserialize<T>(await Page.EvaluateAsync<string>($"JSON.stringify({expression})"), JsonSerializerOptions.Web)!;

    /// <exception cref="UndocumentedAnswerException">The API answered the page other than its documents say.</exception>
    public async ValueTask DisposeAsync()
    {
        var faults = await _answers.FaultsAsync();
        await _context.CloseAsync();
        if (faults.Count > 0)
            throw new UndocumentedAnswerException(string.Join(Environment.NewLine, faults));
    }

    /// <summary>The files of the page itself are not worth a line where they came.</summary>
    private void KeepUnlessPart(IResponse response)
    {
        if (response.Request.ResourceType is "document" or "fetch" or "xhr" || !response.Ok)
            Keep($"{response.Status} {response.Request.Method} {response.Url}");
    }

    private void Keep(string line)
    {
        lock (_log)
            _log.Add(line);
    }

    private sealed record HeardAnswer(string Pcm, int SampleRate, int From);
}

using System.Diagnostics;
using System.Globalization;
using Byon.Local.Azurite;

namespace Byon.Local.Up;

/// <param name="Number">From 1; the node's id is <c>node-N</c> and its ports follow from it.</param>
/// <param name="Settings">Environment of the node, see NodeOptions.</param>
/// <param name="Restart">Whether a node that dies is started again.</param>
public sealed record MediaNodeStart(int Number, string Executable, Uri ControlUrl, IReadOnlyDictionary<string, string> Settings, bool Restart)
{
    public string Id => string.Create(CultureInfo.InvariantCulture, $"node-{Number}");
}

/// <summary>A media node as a child process. One that dies is reported and started again; the others go on.</summary>
public sealed class MediaNodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongLife = TimeSpan.FromMinutes(1);

    private readonly MediaNodeStart _start;
    private readonly PartLog _log;
    private readonly Action<string> _report;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _supervision;
    private ChildProcess _process;

    private MediaNodeProcess(MediaNodeStart start, PartLog log, Action<string> report, ChildProcess process)
    {
        _start = start;
        _log = log;
        _report = report;
        _process = process;
        _supervision = SuperviseAsync();
    }

    public string Id => _start.Id;

    public Uri ControlUrl => _start.ControlUrl;

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Returns once the node answers on its control port.</summary>
    /// <exception cref="InvalidOperationException">It ended or did not answer in time; the message holds the end of its output.</exception>
    internal static async Task<MediaNodeProcess> StartAsync(MediaNodeStart start, PartLog log, Action<string> report, CancellationToken cancel)
    {
        var process = Launch(start, log);
        try
        {
            await WaitUntilHealthyAsync(start, process, cancel);
            return new MediaNodeProcess(start, log, report, process);
        }
        catch
        {
            process.Dispose();
            await log.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the node without a word, as a crash would.</summary>
    public void Kill() => _process.KillNow();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _process.StopAsync(StopPatience);
        await _supervision;
        _process.Dispose();
        _stopping.Dispose();
        await _log.DisposeAsync();
    }

    private async Task SuperviseAsync()
    {
        var pause = TimeSpan.FromSeconds(1);
        while (true)
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                await _process.WaitForExitAsync(_stopping.Token);
                _report($"Media node {Id} stopped by itself (exit code {_process.ExitCode}); its log is {_log.Path}.");
                if (!_start.Restart)
                {
                    return;
                }

                pause = Stopwatch.GetElapsedTime(started) > LongLife ? TimeSpan.FromSeconds(1) : pause;
                await Task.Delay(pause, _stopping.Token);
                await StartAgainAsync();
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task StartAgainAsync()
    {
        _process.Dispose();
        _process = Launch(_start, _log);
        try
        {
            await WaitUntilHealthyAsync(_start, _process, _stopping.Token);
            _report($"Media node {Id} runs again.");
        }
        catch (InvalidOperationException fault)
        {
            _process.KillNow();
            _report(fault.Message);
        }
    }

    private static ChildProcess Launch(MediaNodeStart start, PartLog log)
    {
        var info = new ProcessStartInfo(start.Executable)
        {
            WorkingDirectory = Path.GetDirectoryName(start.Executable),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in start.Settings)
        {
            info.Environment[name] = value;
        }

        return ChildProcess.Start(info, log.Write);
    }

    private static async Task WaitUntilHealthyAsync(MediaNodeStart start, ChildProcess process, CancellationToken cancel)
    {
        using var client = new HttpClient { BaseAddress = start.ControlUrl, Timeout = TimeSpan.FromSeconds(2) };
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < StartPatience)
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"Media node {start.Id} ended while starting: {process.LastOutput}");
            }

            if (await AnswersAsync(client, cancel))
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), cancel);
        }

        throw new InvalidOperationException($"Media node {start.Id} did not answer within {StartPatience.TotalSeconds} s: {process.LastOutput}");
    }

    private static async Task<bool> AnswersAsync(HttpClient client, CancellationToken cancel)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(Platform.Control.NodeControlRoutes.Health, UriKind.Relative), cancel);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception fault) when (fault is HttpRequestException || (fault is TaskCanceledException && !cancel.IsCancellationRequested))
        {
            return false;
        }
    }
}

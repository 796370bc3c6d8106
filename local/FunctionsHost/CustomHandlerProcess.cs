using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace Byon.Local.FunctionsHost;

/// <summary>
/// The executable of a package, run as the Functions host runs it: a free loopback port in its environment, ready when
/// GET / gets any answer, restarted when it dies, given up by <see cref="CrashPolicy"/>.
/// </summary>
internal sealed partial class CustomHandlerProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(5);

    private readonly FunctionPackage _package;
    private readonly MiniFunctionsHostOptions _options;
    private readonly CancellationTokenSource _stopping = new();
    private readonly HttpClient _probe = new() { Timeout = TimeSpan.FromSeconds(2) };
    private readonly Task _supervision;
    private volatile TaskCompletionSource<Uri> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CustomHandlerProcess(FunctionPackage package, MiniFunctionsHostOptions options)
    {
        _package = package;
        _options = options;
        _supervision = Task.Run(SuperviseAsync);
    }

    /// <summary>The process that runs now, or ran last.</summary>
    public int ProcessId { get; private set; }

    /// <summary>Where the running instance listens; waits while one starts, fails when it was given up.</summary>
    /// <exception cref="InvalidOperationException">It crashed too often.</exception>
    public Task<Uri> ReadyAsync(CancellationToken cancel) => _ready.Task.WaitAsync(cancel);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _supervision;
        _probe.Dispose();
        _stopping.Dispose();
    }

    private async Task SuperviseAsync()
    {
        var crashes = new CrashPolicy();
        while (!_stopping.IsCancellationRequested)
        {
            var end = await RunOnceAsync();
            if (_stopping.IsCancellationRequested)
            {
                _ready.TrySetCanceled(_stopping.Token);
                return;
            }

            _options.Log(LogLevel.Error, end);
            if (_ready.Task.IsCompleted)
            {
                _ready = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            if (crashes.NoteAndJudge(DateTimeOffset.UtcNow))
            {
                _ready.TrySetException(new InvalidOperationException($"The custom handler was given up. {end}"));
                return;
            }
        }
    }

    /// <summary>Runs one instance to its end; answers why it ended.</summary>
    private async Task<string> RunOnceAsync()
    {
        using var reserved = ReservePort();
        var port = ((IPEndPoint)reserved.LocalEndPoint!).Port;
        using var process = new Process { StartInfo = StartInfoFor(port) };
        process.OutputDataReceived += (_, line) => Log(LogLevel.Information, line.Data);
        process.ErrorDataReceived += (_, line) => Log(LogLevel.Error, line.Data);
        try
        {
            process.Start();
        }
        catch (Win32Exception notStartable)
        {
            return $"{process.StartInfo.FileName} cannot be started: {notStartable.Message}";
        }

        ProcessId = process.Id;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
            if (await BecomesReadyAsync(process, address))
            {
                _ready.TrySetResult(address);
                await process.WaitForExitAsync(_stopping.Token);
            }
        }
        catch (OperationCanceledException)
        {
            await StopAsync(process);
            return "";
        }

        return process.HasExited
            ? $"The custom handler ended with exit code {process.ExitCode}."
            : await GiveUpStartAsync(process);
    }

    private static async Task<string> GiveUpStartAsync(Process process)
    {
        await StopAsync(process);
        return $"The custom handler did not answer GET / within {StartLimit.TotalSeconds} s.";
    }

    private async Task<bool> BecomesReadyAsync(Process process, Uri address)
    {
        var started = Stopwatch.GetTimestamp();
        while (!process.HasExited && Stopwatch.GetElapsedTime(started) < StartLimit)
        {
            try
            {
                using var answer = await _probe.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, _stopping.Token);
                return true;
            }
            catch (Exception notYet) when (notYet is HttpRequestException || (notYet is TaskCanceledException && !_stopping.IsCancellationRequested))
            {
                await Task.Delay(ProbeInterval, _stopping.Token);
            }
        }

        return false;
    }

    private ProcessStartInfo StartInfoFor(int port)
    {
        var host = _package.Host;
        var inPackage = Path.Combine(_package.Root, host.Executable);
        var start = new ProcessStartInfo(File.Exists(inPackage) ? inPackage : host.Executable, host.Arguments.Select(Expand))
        {
            WorkingDirectory = Path.Combine(_package.Root, host.WorkingDirectory),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in _options.Settings)
        {
            start.Environment[name] = value;
        }

        var portText = port.ToString(CultureInfo.InvariantCulture);
        start.Environment["FUNCTIONS_CUSTOMHANDLER_PORT"] = portText;
        start.Environment["FUNCTIONS_HTTPWORKER_PORT"] = portText;
        start.Environment["FUNCTIONS_CUSTOMHANDLER_WORKER_ID"] = Guid.NewGuid().ToString("D");
        start.Environment["FUNCTIONS_APP_ROOT_PATH"] = _package.Root;
        return start;
    }

    /// <summary>%SETTING% in an argument is the app setting of that name.</summary>
    private string Expand(string argument) => SettingReference().Replace(argument, match =>
        _options.Settings.TryGetValue(match.Groups[1].Value, out var value) ? value : match.Value);

    private void Log(LogLevel level, string? line)
    {
        if (!string.IsNullOrWhiteSpace(line))
        {
            _options.Log(level, line);
        }
    }

    private static async Task StopAsync(Process process)
    {
        if (process.HasExited)
        {
            return;
        }

        _ = Kill(process.Id, SigTerm);
        using var patience = new CancellationTokenSource(StopGrace);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    /// <summary>Bound and not listening: the process can listen there, and nobody else's connection can have the port meanwhile.</summary>
    private static Socket ReservePort()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    [GeneratedRegex("%([A-Za-z0-9_]+)%")]
    private static partial Regex SettingReference();

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}

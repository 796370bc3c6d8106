using System.Diagnostics;

namespace Byon.Tests.TestKit;

/// <summary>A program a test starts: its lines are kept, it is stopped by its own id, and it never outlives the test.</summary>
public sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>Long enough for a busy machine: who has to be killed has not ended as it should, which some tests are about.</summary>
    private static readonly TimeSpan PoliteStop = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly List<string> _lines = [];

    private ChildProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Lines of both outputs so far, in the order in which they came.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    public static ChildProcess Start(
        string program, IEnumerable<string> arguments, string? folder = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = folder ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        var child = new ChildProcess(new Process { StartInfo = start });
        child._process.OutputDataReceived += child.Keep;
        child._process.ErrorDataReceived += child.Keep;
        child._process.Start();
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Waits for a line that holds the text; fails at once when the program ends without it.</summary>
    public async Task<string> WaitForLineAsync(string text, TimeSpan? limit = null)
    {
        string? Find() => Lines.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal));
        await WaitFor.TrueAsync(() => Find() is not null || HasExited, limit, Tail, $"a line with \"{text}\" from {_process.StartInfo.FileName}");
        // Its last lines may come after its end.
        if (HasExited) await WaitForExitAsync(limit);
        return Find() ?? throw new InvalidOperationException($"{_process.StartInfo.FileName} ended without \"{text}\":{Environment.NewLine}{Tail()}");
    }

    /// <summary>Waits for the program to end by itself, and for its last lines; the exit code.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan? limit = null)
    {
        await WaitFor.TrueAsync(() => HasExited, limit, Tail, $"the end of {_process.StartInfo.FileName}");
        await _process.WaitForExitAsync();
        return ExitCode;
    }

    /// <summary>The last lines, for messages of failing tests.</summary>
    public string Tail() => string.Join(Environment.NewLine, Lines.TakeLast(160));

    public Task WriteLineAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>SIGTERM, and SIGKILL to it and its children when it stays.</summary>
    public async Task StopAsync()
    {
        if (_process.HasExited)
            return;
        ProcessSignal.Terminate(_process.Id);
        using var patience = new CancellationTokenSource(PoliteStop);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Kill();
        }
    }

    /// <summary>SIGKILL: the sudden death some tests are about.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (string.IsNullOrWhiteSpace(line.Data))
            return;
        lock (_lines)
            _lines.Add(line.Data);
    }
}

using System.Diagnostics;
using System.Globalization;

namespace Byon.Tests.Bench.Sip;

/// <summary>A program on a processor of its own, and what it has cost so far.</summary>
internal sealed class SipProgram : IDisposable
{
    private readonly Process _process;

    private SipProgram(Process process) => _process = process;

    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <param name="talks">It reads commands and answers them; otherwise what it prints is thrown away.</param>
    public static SipProgram Start(int core, string program, IEnumerable<string> arguments, bool talks = false)
    {
        var process = Process.Start(new ProcessStartInfo(
            "taskset", ["-c", core.ToString(CultureInfo.InvariantCulture), program, .. arguments])
        {
            RedirectStandardInput = talks,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        }) ?? throw new InvalidOperationException($"{program} did not start");
        if (!talks) process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new SipProgram(process);
    }

    /// <summary>The next line it prints.</summary>
    public async Task<string> ReadAsync(TimeSpan limit)
    {
        using var late = new CancellationTokenSource(limit);
        return await _process.StandardOutput.ReadLineAsync(late.Token) ?? throw new InvalidOperationException("the SIP host ended");
    }

    public async Task<string> AskAsync(string line, TimeSpan limit)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        return await ReadAsync(limit);
    }

    /// <summary>Waits for its end; the exit code, null where it went on for too long.</summary>
    public async Task<int?> WaitAsync(TimeSpan limit)
    {
        using var late = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(late.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}

using System.Diagnostics;
using System.Globalization;
using Byon.Tests.Bench.Media.Load;

namespace Byon.Tests.Bench.Media.Servers;

/// <summary>A media server under test: a process of its own on one processor, and the way to tell it about calls.</summary>
internal abstract class MediaServer(Process process) : IAsyncDisposable
{
    /// <summary>The processor that servers are kept on; the load has the others.</summary>
    public const int Core = 0;

    private static readonly string[] Codecs = ["libopus.", "libopencore-", "libvo-amrwbenc."];

    public abstract Task<ServerEndpoints> AddAsync(LoadGenerator load, LoadCall call, MediaCase of);

    /// <summary>Processor time of all its threads so far, in ns. From schedstat, because ticks are too coarse.</summary>
    /// <exception cref="InvalidOperationException">The server has ended.</exception>
    public long ProcessorNanoseconds() => process.HasExited
        ? throw new InvalidOperationException($"{process.StartInfo.ArgumentList[2]} ended with exit code {process.ExitCode} in the middle of the measurement.")
        : Directory.GetDirectories($"/proc/{process.Id}/task").Sum(ThreadNanoseconds);

    /// <summary>What its runtime has done so far; null for a server that has none.</summary>
    public virtual Task<RuntimeFigures?> RuntimeAsync() => Task.FromResult<RuntimeFigures?>(null);

    /// <summary>Resident memory in bytes.</summary>
    public long ResidentBytes()
    {
        process.Refresh();
        return process.WorkingSet64;
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    /// <summary>The codec libraries that it has mapped, where they are.</summary>
    public IReadOnlyList<string> CodecLibraries() =>
    [
        .. File.ReadLines($"/proc/{process.Id}/maps").Select(line => line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries)[^1]).Distinct()
            .Where(path => Path.GetFileName(path) is var name && Codecs.Any(codec => name.StartsWith(codec, StringComparison.Ordinal))),
    ];

    /// <summary>One line to a server that talks, and its answer.</summary>
    /// <exception cref="InvalidOperationException">The server has ended.</exception>
    protected async Task<string> AskAsync(string line)
    {
        await process.StandardInput.WriteLineAsync(line);
        await process.StandardInput.FlushAsync();
        return await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"{process.StartInfo.ArgumentList[3]} ended");
    }

    /// <summary>Starts a program kept on <see cref="Core"/>.</summary>
    internal static Process Start(string program, IEnumerable<string> arguments, CodecBuild codecs, bool talks)
    {
        var start = new ProcessStartInfo("taskset", ["-c", Core.ToString(CultureInfo.InvariantCulture), program, .. arguments])
        {
            RedirectStandardInput = talks,
            RedirectStandardOutput = talks,
            RedirectStandardError = !talks,
        };
        if (codecs == CodecBuild.Own) start.Environment["LD_LIBRARY_PATH"] = CodecBuilds.Folder;
        else start.Environment.Remove("LD_LIBRARY_PATH");
        return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
    }

    private static long ThreadNanoseconds(string thread)
    {
        try
        {
            return long.Parse(File.ReadAllText(thread + "/schedstat").Split(' ')[0], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // The thread ended in between.
            return 0;
        }
    }
}

using System.Diagnostics;

namespace Byon.Local.Up;

/// <summary>One line per step with its time, in the form of the byon script; on a terminal, also the step that is under way.</summary>
public sealed class StartProgress(TextWriter output, bool terminal)
{
    private const string ClearLine = "\r\e[K";

    private readonly Lock _lock = new();

    /// <summary>Writes nothing: for tests.</summary>
    public static StartProgress Silent { get; } = new(TextWriter.Null, terminal: false);

    public static StartProgress OfConsole() => new(Console.Out, !Console.IsOutputRedirected);

    public async Task<T> StepAsync<T>(string title, Func<Task<T>> step)
    {
        var started = Stopwatch.GetTimestamp();
        if (terminal)
        {
            Write($"  … {title}");
        }

        try
        {
            var result = await step();
            End('✓', title, started);
            return result;
        }
        catch
        {
            End('✗', title, started);
            throw;
        }
    }

    public Task StepAsync(string title, Func<Task> step) => StepAsync(title, async () =>
    {
        await step();
        return true;
    });

    public void Line(string text) => Write((terminal ? ClearLine : "") + text + Environment.NewLine);

    private void End(char mark, string title, long started) =>
        Line($"  {mark} {title,-32} {Stopwatch.GetElapsedTime(started).TotalSeconds,6:0.0} s");

    private void Write(string text)
    {
        lock (_lock)
        {
            output.Write(text);
            output.Flush();
        }
    }
}

namespace Byon.Local.Up;

/// <summary>The log file of one part; shown on the console as well where asked for.</summary>
internal sealed class PartLog(string folder, string part, Action<string>? show) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly StreamWriter _file = new(System.IO.Path.Combine(Directory.CreateDirectory(folder).FullName, part + ".log"), append: false) { AutoFlush = true };
    private bool _closed;

    public string Path { get; } = System.IO.Path.Combine(folder, part + ".log");

    public void Write(string line)
    {
        lock (_lock)
        {
            if (!_closed)
            {
                _file.WriteLine(line);
            }
        }

        show?.Invoke($"  {part} | {line}");
    }

    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _closed = true;
            _file.Dispose();
        }

        return ValueTask.CompletedTask;
    }
}

namespace Byon.Local.FunctionsHost;

/// <summary>When the host gives an executable up: at the third error inside half an hour.</summary>
internal sealed class CrashPolicy
{
    private const int Allowed = 3;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(30);

    private readonly Queue<DateTimeOffset> _errors = new();

    /// <summary>Notes an error; true where it was one too many.</summary>
    public bool NoteAndJudge(DateTimeOffset now)
    {
        while (_errors.TryPeek(out var oldest) && now - oldest >= Window)
        {
            _errors.Dequeue();
        }

        _errors.Enqueue(now);
        return _errors.Count >= Allowed;
    }
}

namespace Byon.MediaNode.Core.Media;

/// <summary>
/// How hard Opus encoders try (0 to 10), by how busy their thread is: 10 costs twice as much as 5 and 0 half of it. Effort is
/// taken back at once, so that calls keep their pace, and given again only after a while at ease.
/// </summary>
/// <param name="pinned">Keeps one complexity whatever the load; null governs.</param>
public sealed class ComplexityGovernor(int? pinned = null)
{
    public const int Best = 10;
    public const int Usual = 5;
    public const int Least = 0;

    /// <summary>Looks in a row that must find the thread at ease before it does more.</summary>
    private const int Patience = 10;

    /// <summary>A thread that had no time left: how much more was asked of it does not show.</summary>
    private const double Full = 0.95;

    private int _atEase;

    public int Complexity { get; private set; } = pinned ?? Best;

    /// <summary>Takes in the share of time that the thread worked since the last look, 0 to 1. True when the complexity changes.</summary>
    public bool Update(double load)
    {
        if (pinned is not null) return false;
        var (next, busy, idle) = Complexity switch
        {
            Best => (Usual, 0.2, 0),
            Usual => (Best, 0.7, 0.08),
            _ => (Usual, 1, 0.4),
        };
        if (Complexity > Least && load > busy) return Change(Complexity == Usual || load > Full ? Least : Usual);

        _atEase = load < idle ? _atEase + 1 : 0;
        return _atEase >= Patience && Change(next);
    }

    private bool Change(int complexity)
    {
        var changes = complexity != Complexity;
        (Complexity, _atEase) = (complexity, 0);
        return changes;
    }
}

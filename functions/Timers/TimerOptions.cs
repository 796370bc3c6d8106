namespace Byon.Functions.Timers;

/// <summary>Section "Events": how long the past is kept.</summary>
internal sealed class TimerOptions
{
    /// <summary>Events older than this are taken from the log once every reader has passed them.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromHours(48);

    public bool IsConsistent => Retention >= TimeSpan.FromMinutes(10);
}

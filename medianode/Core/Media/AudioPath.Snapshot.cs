using Byon.MediaNode.Core.Media.Moving;

namespace Byon.MediaNode.Core.Media;

/// <summary>Saving the path and taking it up on another node. What waits in the jitter buffer is older than the move, and stays behind.</summary>
internal sealed partial class AudioPath
{
    public AudioPathState Save(Instant now) => new(
        _input?.Format, _source, _input?.Spread ?? TimeSpan.Zero, _dtmf.Save(now), _eventTimestamp, _keys.Waiting);

    /// <summary>After <see cref="Configure"/>.</summary>
    /// <param name="savedAt">When it was saved, on this node's clock.</param>
    public void Restore(Instant now, Instant savedAt, AudioPathState saved)
    {
        if (!Active) return;
        if (saved.Heard is { } format) Hear(format, saved.Source, saved.Spread);
        _dtmf.Restore(savedAt, saved.Key);
        _eventTimestamp = saved.EventTimestamp;
        foreach (var key in saved.Waiting) _keys.Press(now, key, KeyPlayer.Shortest);
        if (_sendEvents is null && _dtmf.Active) StartTone(now, saved.Key.Event.Digit);
    }
}

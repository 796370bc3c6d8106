namespace Byon.MediaNode.Core.Media;

/// <summary>What a codec without concealment of its own plays for a missing packet: the last 20 ms again, fading to silence.</summary>
internal sealed class FadingRepeat(int sampleRate)
{
    private readonly short[] _history = new short[sampleRate / 50];
    private readonly int _longest = sampleRate * 60 / 1000;
    private int _filled = sampleRate * 60 / 1000;

    public void Heard(ReadOnlySpan<short> samples)
    {
        var kept = Math.Min(samples.Length, _history.Length);
        _history.AsSpan(kept).CopyTo(_history);
        samples[(samples.Length - kept)..].CopyTo(_history.AsSpan(_history.Length - kept));
        _filled = 0;
    }

    public void Fill(Span<short> samples)
    {
        foreach (ref var sample in samples)
        {
            var level = _longest - _filled;
            sample = (short)(_history[_filled % _history.Length] * level / _longest);
            if (level > 0) _filled++;
        }
    }
}

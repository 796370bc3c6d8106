using Byon.MediaNode.Core.Media;

namespace Byon.Local.Ims;

/// <summary>What a built-in phone says: a tone for a while, and then what it hears. Frames of 20 ms at 8 kHz.</summary>
/// <param name="toneFor">How long the tone lasts before the echo; null for ever.</param>
internal sealed class PhoneVoice(double hertz, TimeSpan? toneFor)
{
    public const int FrameSamples = 160;

    /// <summary>Frames held back so that an uneven sender still sounds even, and the most that are kept.</summary>
    private const int Cushion = 2;
    private const int MostHeard = 15;

    private readonly Queue<short[]> _heard = [];
    private readonly long _toneFrames = toneFor is { } duration ? (long)(duration / TimeSpan.FromMilliseconds(20)) : long.MaxValue;
    private long _spoken;
    private bool _isEchoing;

    public void Hear(short[] frame)
    {
        if (_spoken < _toneFrames) return;
        _heard.Enqueue(frame);
        if (_heard.Count > MostHeard) _heard.Dequeue();
    }

    public void Speak(Span<short> frame)
    {
        if (_spoken++ < _toneFrames)
        {
            Tone(frame);
            return;
        }

        _isEchoing = _heard.Count > (_isEchoing ? 0 : Cushion);
        if (_isEchoing) _heard.Dequeue().CopyTo(frame);
        else frame.Clear();
    }

    private void Tone(Span<short> frame)
    {
        var first = (_spoken - 1) * FrameSamples;
        for (var i = 0; i < frame.Length; i++) frame[i] = (short)(8_000 * Math.Sin(2 * Math.PI * hertz * (first + i) / G711.SampleRate));
    }
}

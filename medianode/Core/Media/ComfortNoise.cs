namespace Byon.MediaNode.Core.Media;

/// <summary>
/// The noise that a peer describes instead of sending silence (RFC 3389), for codecs that have no such thing of their own. The
/// level is kept; the spectrum that a packet may add is not, so the noise is white.
/// </summary>
internal sealed class ComfortNoise
{
    /// <summary>One byte of level makes a whole packet (RFC 3389 §3.3).</summary>
    public const int PayloadSize = 1;

    /// <summary>Louder noise is no pause of anybody.</summary>
    private const int Loudest = 20;

    private const int Quietest = 127;

    /// <summary>Full scale of an overloading sine wave, which 0 dBov is, and what it is of an even distribution.</summary>
    private const double FullScale = 32767 * 1.7320508 / 1.4142136;

    private uint _seed = 0x2545F491;
    private int _amplitude;

    public void Take(ReadOnlySpan<byte> payload)
    {
        var level = payload.IsEmpty ? Quietest : Math.Max(payload[0] & 0x7F, Loudest);
        _amplitude = (int)(FullScale * Math.Pow(10, -level / 20.0));
    }

    public void Fill(Span<short> samples)
    {
        foreach (ref var sample in samples)
        {
            // An inaudible pattern is enough: a linear congruence.
            _seed = _seed * 1664525 + 1013904223;
            sample = (short)((int)(_seed >> 16) * _amplitude * 2L / 65536 - _amplitude);
        }
    }

    /// <summary>The payload that describes these samples.</summary>
    public static void Describe(ReadOnlySpan<short> samples, Span<byte> payload)
    {
        var energy = 0L;
        foreach (var sample in samples) energy += (long)sample * sample;
        var level = energy == 0 ? Quietest : -10 * Math.Log10(energy / (double)samples.Length / (32767.0 * 32767 / 2));
        payload[0] = (byte)Math.Clamp(Math.Round(level), 0, Quietest);
    }
}

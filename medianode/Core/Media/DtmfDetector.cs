using System.Runtime.Intrinsics;

namespace Byon.MediaNode.Core.Media;

/// <summary>
/// Finds keys in the audio of a peer that sends no telephone events (ITU-T Q.23, Q.24): the power at the eight frequencies by
/// Goertzel's algorithm, block by block. A key counts once it has filled two blocks in a row. Holds state: one per stream.
/// </summary>
internal sealed class DtmfDetector(int sampleRate)
{
    private const string Keys = "123A456B789C*0#D";

    /// <summary>Of the energy of a block, what the two tones of a key must make up: speech spreads wider.</summary>
    private const double Share = 0.75;

    /// <summary>Between the two tones, as a ratio of powers: 8 dB, the most that Q.24 wants to be taken.</summary>
    private const double Twist = 6.3;

    /// <summary>Mean square below which a block is silence.</summary>
    private const double Quiet = 100 * 100;

    private static readonly double[] Frequencies = [697, 770, 852, 941, 1209, 1336, 1477, 1633];

    // One lane for each frequency: all eight take a sample in at once.
    private readonly Vector512<double> _coefficients = Vector512.Create<double>(
        [.. Frequencies.Select(hertz => 2 * Math.Cos(2 * Math.PI * hertz / sampleRate))]);

    private Vector512<double> _last;
    private Vector512<double> _before;

    // Long enough to tell 697 from 770 Hz, and two of them fit into the 40 ms that a key lasts at least.
    private readonly int _block = sampleRate / 50;
    private double _energy;
    private int _count;
    private char? _candidate;
    private char? _key;

    /// <summary>Takes in samples; the key that is found to be pressed with them, once for each press.</summary>
    public char? Hear(ReadOnlySpan<short> samples)
    {
        char? pressed = null;
        while (!samples.IsEmpty)
        {
            var some = samples[..Math.Min(samples.Length, _block - _count)];
            Take(some);
            samples = samples[some.Length..];
            if (_count == _block) pressed = EndBlock() ?? pressed;
        }

        return pressed;
    }

    private void Take(ReadOnlySpan<short> samples)
    {
        var (last, before, energy) = (_last, _before, _energy);
        foreach (var sample in samples)
        {
            (before, last) = (last, Vector512.Create((double)sample) - before + _coefficients * last);
            energy += (double)sample * sample;
        }

        (_last, _before, _energy) = (last, before, energy);
        _count += samples.Length;
    }

    private char? EndBlock()
    {
        var found = Judge();
        (_last, _before) = (default, default);
        (_energy, _count) = (0, 0);

        // One odd block neither starts nor ends a press.
        var steady = found == _candidate;
        _candidate = found;
        if (!steady || found == _key) return null;
        return _key = found;
    }

    private char? Judge()
    {
        if (_energy < Quiet * _block) return null;
        var (row, column) = (Strongest(0), Strongest(4));
        var (low, high) = (Power(row), Power(column));
        if (low + high < Share * _energy * _block / 2 || low > Twist * high || high > Twist * low) return null;
        return Keys[row * 4 + column - 4];
    }

    private int Strongest(int first)
    {
        var best = first;
        for (var i = first + 1; i < first + 4; i++)
        {
            if (Power(i) > Power(best)) best = i;
        }

        return best;
    }

    private double Power(int i) => _last[i] * _last[i] + _before[i] * _before[i] - _coefficients[i] * _last[i] * _before[i];
}

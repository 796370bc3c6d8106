namespace Byon.MediaNode.Core.Media;

/// <summary>A key as the two tones of ITU-T Q.23, for a peer that takes no telephone events. Holds state: one per stream.</summary>
internal sealed class DtmfTone
{
    private const string Keys = "123A456B789C*0#D";

    /// <summary>Peak of each tone: about -9 dBm0, within what ITU-T Q.24 wants receivers to take.</summary>
    private const double Level = 7_000;

    /// <summary>Receivers need 40 ms (ITU-T Q.24); a shorter press is sounded for this long.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(80);

    /// <summary>A key that stays down for longer has been forgotten.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private static readonly double[] Rows = [697, 770, 852, 941];
    private static readonly double[] Columns = [1209, 1336, 1477, 1633];

    private double _row;
    private double _column;
    private long _sample;
    private bool _stops;

    /// <summary>Sounding, or about to.</summary>
    public bool Active { get; private set; }

    public void Start(char key)
    {
        var place = Keys.IndexOf(key);
        if (place < 0) return;
        (_row, _column) = (Rows[place / 4], Columns[place % 4]);
        (_sample, _stops, Active) = (0, false, true);
    }

    /// <summary>The key is up again: the tone ends once it has sounded for long enough.</summary>
    public void Stop() => _stops = true;

    public void Silence() => Active = false;

    public void Fill(Span<short> samples, int sampleRate)
    {
        foreach (ref var sample in samples)
        {
            var phase = 2 * Math.PI * _sample++ / sampleRate;
            sample = (short)(Level * (Math.Sin(phase * _row) + Math.Sin(phase * _column)));
        }

        var sounded = TimeSpan.FromSeconds(_sample / (double)sampleRate);
        Active = _stops ? sounded < Shortest : sounded < Longest;
    }
}

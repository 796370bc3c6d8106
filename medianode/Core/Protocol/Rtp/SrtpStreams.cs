using System.Runtime.CompilerServices;

namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>
/// The few SSRCs of one direction: a browser sends one, and another after each renegotiation that replaces its track. When the
/// places are used up the one least recently added gives way; only authentic packets take a place.
/// </summary>
internal sealed class SrtpStreams
{
    private const int MaxStreams = 8;
    private int _count;
    private int _oldest;

    // In place, since each array would be one more piece of memory to wait for with every packet.
    private Ssrcs _ssrcs;
    private Windows _windows;

    /// <summary>An empty window for an SSRC not seen before.</summary>
    public ReplayWindow Find(uint ssrc)
    {
        var at = ((ReadOnlySpan<uint>)_ssrcs)[.._count].IndexOf(ssrc);
        return at < 0 ? default : _windows[at];
    }

    public void Store(uint ssrc, ReplayWindow window)
    {
        var at = ((ReadOnlySpan<uint>)_ssrcs)[.._count].IndexOf(ssrc);
        if (at < 0 && _count < MaxStreams)
        {
            at = _count++;
        }
        else if (at < 0)
        {
            at = _oldest;
            _oldest = (_oldest + 1) % MaxStreams;
        }
        _ssrcs[at] = ssrc;
        _windows[at] = window;
    }

    public long ReadAhead() => _ssrcs[0] + (long)_windows[0].Highest;

    public IReadOnlyList<SrtpStreamState> Save() => [.. Enumerable.Range(0, _count).Select(i => new SrtpStreamState(_ssrcs[i], _windows[i]))];

    public void Load(IReadOnlyList<SrtpStreamState> states)
    {
        foreach (var state in states) Store(state.Ssrc, state.Window);
    }

    [InlineArray(MaxStreams)]
    private struct Ssrcs
    {
        private uint _first;
    }

    [InlineArray(MaxStreams)]
    private struct Windows
    {
        private ReplayWindow _first;
    }
}

namespace Byon.MediaNode.Core.Media.Amr;

/// <summary>
/// The mode of each frame we send: what the peer asks for (RFC 4867 §3.3.1), within its mode-set, and changed only as often
/// and as far as it allows.
/// </summary>
public sealed class AmrModeSelector
{
    private readonly AmrParameters _peer;
    private readonly int _unasked;
    private int _target;
    private int? _asked;
    private int? _limit;
    private int _frame;

    /// <param name="peer">What the peer's description says of what it wants to get.</param>
    public AmrModeSelector(AudioCodec codec, AmrParameters peer)
    {
        _peer = peer;

        // 12.65 and 12.2 kbit/s are what a radio bearer for speech carries; more only for those who ask.
        _unasked = AtMost(codec == AudioCodec.AmrWb ? 2 : 7);
        _target = _unasked;
        Mode = _target;
    }

    public int Mode { get; private set; }

    /// <summary>The peer's last request, which is an upper limit (RFC 4867 §3.3.1); null lifts it.</summary>
    public void Request(int? mode)
    {
        if (_asked == mode) return;
        _asked = mode;
        Aim();
    }

    /// <summary>What bounds the mode beside the peer's request; null lifts it.</summary>
    public void Limit(int? mode)
    {
        if (_limit == mode) return;
        _limit = mode;
        Aim();
    }

    /// <summary>The mode of the set that lies some steps below the one that nobody has to ask for.</summary>
    public int Below(int steps)
    {
        var mode = _unasked;
        for (; steps > 0; steps--) mode = AtMost(Math.Max(mode - 1, 0));
        return mode;
    }

    /// <summary>The mode of the next frame. Called once for each.</summary>
    public int Next()
    {
        if (_frame++ % _peer.ChangePeriod == 0 && Mode != _target) Mode = _peer.ChangeToNeighborOnly ? Neighbor() : _target;
        return Mode;
    }

    private void Aim() => _target = AtMost(Math.Min(_asked ?? _unasked, _limit ?? int.MaxValue));

    private int Neighbor()
    {
        var step = Math.Sign(_target - Mode);
        var mode = Mode + step;
        while ((_peer.ModeSet >> mode & 1) == 0) mode += step;
        return mode;
    }

    /// <summary>The highest mode of the set that does not exceed the limit, or else the lowest.</summary>
    private int AtMost(int limit)
    {
        var below = _peer.ModeSet & (1 << limit + 1) - 1;
        return below != 0 ? int.Log2(below) : int.TrailingZeroCount(_peer.ModeSet);
    }
}

using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Media;

/// <summary>
/// When a source's audio may be expected: its own clock, seen through its fastest packets of the last seconds, so that a clock
/// that runs fast or slow, or a path that changes, moves what is expected along. Positions are time stamps that go on beyond 32 bits.
/// </summary>
/// <param name="spread">What is known of the source's <see cref="Spread"/> already.</param>
internal sealed class ArrivalClock(int clockRate, TimeSpan spread)
{
    /// <summary>The longest lag that is remembered; whoever lags more is not waited for.</summary>
    public static readonly TimeSpan LongestSpread = TimeSpan.FromMilliseconds(120);

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(2);

    private bool _started;
    private long _fastest;
    private long _fastestOfWindow;
    private Instant _windowEnd;

    /// <summary>How far packets lag behind the fastest; old lags fade, to a third in 20 s of packets of 20 ms.</summary>
    public TimeSpan Spread { get; private set; } = TimeSpan.FromTicks(Math.Clamp(spread.Ticks, 0, LongestSpread.Ticks));

    /// <summary>When the fastest packets bring this position.</summary>
    public Instant Due(long position) => new(_fastest + RtpClock.Duration(position, clockRate).Ticks);

    /// <summary>Takes in an arrival. Returns how far it lags behind what was expected; negative where it is faster than all before.</summary>
    public TimeSpan Measure(Instant now, long position)
    {
        var transit = (now - new Instant(RtpClock.Duration(position, clockRate).Ticks)).Ticks;
        if (!_started)
        {
            _started = true;
            _fastest = transit;
            StartWindow(now);
        }

        var lag = transit - _fastest;
        _fastest = Math.Min(_fastest, transit);
        _fastestOfWindow = Math.Min(_fastestOfWindow, transit);
        if (now >= _windowEnd)
        {
            _fastest = _fastestOfWindow;
            StartWindow(now);
        }

        Spread = TimeSpan.FromTicks(Math.Max(Math.Min(lag, LongestSpread.Ticks), Spread.Ticks * 1023 / 1024));
        return TimeSpan.FromTicks(lag);
    }

    /// <summary>The next arrival is the first one; the spread stays known.</summary>
    public void Restart() => _started = false;

    public void Reset() => (_started, Spread) = (false, TimeSpan.Zero);

    private void StartWindow(Instant now) => (_windowEnd, _fastestOfWindow) = (now + Window, long.MaxValue);
}

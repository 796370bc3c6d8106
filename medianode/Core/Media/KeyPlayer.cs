using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Media;

/// <summary>
/// Plays keys that came by signalling (SIP INFO) as the telephone events a phone would send for them (RFC 4733 §2.5.1), one after
/// the other.
/// </summary>
internal sealed class KeyPlayer
{
    public const int ClockRate = 8_000;

    /// <summary>Nobody has so many keys outstanding; more are noise.</summary>
    private const int Most = 32;

    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(80);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>Two presses of one key must be told apart (ITU-T Q.24).</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(80);

    /// <summary>What a sender's first packet covers, and the time between updates (RFC 4733 §2.5.1.2).</summary>
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(20);

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly Queue<(byte Code, TimeSpan Duration)> _waiting = new();
    private (byte Code, TimeSpan Duration)? _pressed;
    private Instant _start;
    private Instant _next;

    /// <summary>Keys that are yet to be pressed.</summary>
    public string Waiting => string.Concat(_waiting.Select(key => new TelephoneEvent(key.Code, false, 0, 0).Digit));

    public bool IsDown => _pressed is not null;

    public Instant? NextTimeout => _pressed is not null || _waiting.Count > 0 ? _next : null;

    public void Press(Instant now, char key, TimeSpan duration)
    {
        if (TelephoneEvent.CodeOf(key) is not { } code || _waiting.Count >= Most) return;
        if (NextTimeout is null && _next < now) _next = now;
        _waiting.Enqueue((code, TimeSpan.FromTicks(Math.Clamp(duration.Ticks, Shortest.Ticks, Longest.Ticks))));
    }

    /// <summary>The next update that is due, and the time stamp of its event.</summary>
    public bool TryDequeue(Instant now, out uint timestamp, out TelephoneEvent update)
    {
        (timestamp, update) = (0, default);
        if (NextTimeout is not { } due || now < due) return false;
        var starts = _pressed is null;
        if (starts) (_pressed, _start) = (_waiting.Dequeue(), now);

        var (code, whole) = _pressed!.Value;
        var pressed = starts ? First : now - _start;
        var ends = pressed >= whole;
        timestamp = (uint)RtpClock.At(_start, ClockRate);
        update = new TelephoneEvent(code, ends, 10, (ushort)RtpClock.Units(ends ? whole : pressed, ClockRate));
        if (ends) (_pressed, _next) = (null, now + Pause);
        else _next = Earlier(now + Interval, _start + whole);
        return true;
    }

    public void Clear()
    {
        _waiting.Clear();
        _pressed = null;
    }

    private static Instant Earlier(Instant a, Instant b) => a < b ? a : b;
}

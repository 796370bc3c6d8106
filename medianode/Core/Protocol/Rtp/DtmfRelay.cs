namespace Byon.MediaNode.Core.Protocol.Rtp;

/// <summary>One telephone-event packet to be sent.</summary>
/// <param name="TimestampOffset">To be added to the time stamp at which the event started: only a segment after the first has one.</param>
public readonly record struct DtmfPacket(TelephoneEvent Event, bool Starts, uint TimestampOffset);

/// <summary>
/// Carries key presses from one leg to the other (RFC 4733): each update is passed on with its duration in the far clock's
/// units, the end is sent three times (§2.5.1.4), and an event whose end was lost is ended here (§2.5.2.2). The first packet never
/// says end, though browsers may send a short press as ends alone: phones wait for a beginning. Events too long for the 16-bit
/// duration are cut into segments (§2.5.1.3), which at 48 kHz is after 1.4 s.
/// </summary>
public sealed class DtmfRelay
{
    private const int EndPackets = 3;

    /// <summary>A long event is cut where the 16-bit duration is used up; a nearer time stamp is another press of the same key.</summary>
    private const int ShortestSegment = 0xE000;

    /// <summary>Nobody presses more keys than this at once, nor faster than one each <see cref="PressTime"/>; the rest is noise.</summary>
    private const int MaximumBurst = 20;

    private static readonly TimeSpan PressTime = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan EndSpacing = TimeSpan.FromMilliseconds(20);

    /// <summary>Senders update at least every 50 ms; after three missed updates the end is taken as lost.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(150);

    private int _fromClock = 8000;
    private int _toClock = 8000;
    private bool _seen;
    private uint _timestamp;
    private TelephoneEvent _event;
    private long _earlierSegments;
    private long _duration;
    private bool _ended;
    private bool _due;
    private bool _starts;
    private uint _segmentOffset;
    private int _endsToSend;
    private Instant _pressesUntil;

    public Instant? NextTimeout { get; private set; }

    /// <summary>An event is being carried; audio of the same direction should wait.</summary>
    public bool Active => NextTimeout is not null;

    /// <summary>Clock rates of the telephone-event formats on the leg that is heard and the one that is told.</summary>
    public void Configure(int fromClock, int toClock) => (_fromClock, _toClock) = (fromClock, toClock);

    /// <summary>Takes in a packet; true when a new event starts with it.</summary>
    public bool Receive(Instant now, uint timestamp, in TelephoneEvent update)
    {
        if (_seen && timestamp == _timestamp)
        {
            Update(now, update);
            return false;
        }

        // Repeats of an older event and later segments of a long one must not count as key presses of their own.
        var age = (int)(timestamp - _timestamp);
        if (_seen && age < 0 && age > -_fromClock * 10) return false;
        if (_seen && !_ended && update.Code == _event.Code && age is >= ShortestSegment and <= ushort.MaxValue)
        {
            _earlierSegments += age;
            _timestamp = timestamp;
            Update(now, update);
            return false;
        }

        if (!Admit(now)) return false;
        Begin(timestamp, update);
        Update(now, update);
        return true;
    }

    public void HandleTimeout(Instant now)
    {
        if (NextTimeout is not { } due || now < due) return;
        if (!_ended) End();
        _due = true;
    }

    public bool TryDequeue(Instant now, out DtmfPacket packet)
    {
        packet = default;
        if (!_due) return false;

        var units = _duration * _toClock / _fromClock - _segmentOffset;
        var whole = units > ushort.MaxValue;
        var end = !whole && !_starts && _endsToSend > 0;
        packet = new DtmfPacket(_event with { End = end, Duration = (ushort)Math.Min(units, ushort.MaxValue) }, _starts, _segmentOffset);
        _starts = false;
        if (whole)
        {
            _segmentOffset += ushort.MaxValue;
            return true;
        }

        _due = false;
        if (end) _endsToSend--;
        if (_ended) NextTimeout = _endsToSend > 0 ? now + EndSpacing : null;
        return true;
    }

    public DtmfRelayState Save(Instant now) => new(
        _seen, _timestamp, _event, _earlierSegments, _duration, _ended, _due, _starts, _segmentOffset, _endsToSend, _pressesUntil - now, NextTimeout - now);

    /// <param name="savedAt">When it was saved, on this node's clock.</param>
    public void Restore(Instant savedAt, DtmfRelayState saved)
    {
        (_seen, _timestamp, _event) = (saved.Seen, saved.Timestamp, saved.Event);
        (_earlierSegments, _duration, _segmentOffset) = (saved.EarlierSegments, saved.Duration, saved.SegmentOffset);
        (_ended, _due, _starts, _endsToSend) = (saved.Ended, saved.Due, saved.Starts, saved.EndsToSend);
        (_pressesUntil, NextTimeout) = (savedAt + saved.PressesUntil, saved.NextTimeout is { } left ? savedAt + left : null);
    }

    private bool Admit(Instant now)
    {
        if (_pressesUntil < now) _pressesUntil = now;
        if (_pressesUntil - now > PressTime * MaximumBurst) return false;
        _pressesUntil += PressTime;
        return true;
    }

    private void Begin(uint timestamp, in TelephoneEvent update)
    {
        _seen = true;
        _timestamp = timestamp;
        _event = update;
        _earlierSegments = 0;
        _duration = 0;
        _segmentOffset = 0;
        _endsToSend = 0;
        _starts = true;
        _ended = false;
        NextTimeout = null;
    }

    private void Update(Instant now, in TelephoneEvent update)
    {
        if (_ended) return;
        _duration = Math.Max(_duration, _earlierSegments + update.Duration);
        _due = true;
        NextTimeout = now + Patience;
        if (update.End) End();
    }

    private void End()
    {
        _ended = true;
        _endsToSend = EndPackets;
    }
}

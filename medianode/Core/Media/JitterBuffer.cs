using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Media;

public enum JitterPush
{
    Accepted,
    Duplicate,

    /// <summary>Its turn has passed.</summary>
    Late,
    TooLarge,
}

public enum JitterPull
{
    /// <summary>The payload whose turn it is.</summary>
    Packet,

    /// <summary>It describes the noise of a pause (RFC 3389) instead of holding audio.</summary>
    Noise,

    /// <summary>The packet has not come. The payload handed out is the one after it, or empty.</summary>
    Missing,

    /// <summary>Nothing is due yet, see <see cref="JitterBuffer.NextTimeout"/>.</summary>
    Waiting,
}

/// <summary>
/// Puts one source's packets back into order along its time stamps. What comes in its turn is due at once: the peer that hears
/// the result has a buffer of its own for the spacing, and waiting twice would only add delay. What does not come in its turn is waited
/// for, as long as the lag of packets before it asks for and never longer than <see cref="LongestWait"/>; then it counts as
/// missing, and is late should it come at all. So each sample of the source is heard at most once and at its own place,
/// whichever way its clock drifts.
/// </summary>
/// <remarks>After each <see cref="Pull"/> that gives something, <see cref="Advance"/> must be told how long that was.</remarks>
public sealed class JitterBuffer
{
    public const int Capacity = 32;

    /// <summary>The largest Opus frame (RFC 6716 §3.2.1), and far more than any G.711 packet.</summary>
    public const int MaximumPayload = 1280;

    /// <summary>Packets too late in a row, each at the pace of the source, after which its path has become longer for good.</summary>
    private const int MostLate = 5;

    /// <summary>The same for a source that was silent: its clock may have stood still meanwhile, though it should not (RFC 3550 §5.1).</summary>
    private const int MostLateAfterSilence = 2;

    /// <summary>Packets missing in a row after which the source has paused without a word.</summary>
    private const int PauseAfter = 5;

    /// <summary>A sequence that goes back further has started anew (RFC 3550 A.1).</summary>
    private const int LongestStepBack = 3000;

    /// <summary>Time stamps that disagree with the clock by more than this have started anew.</summary>
    private static readonly TimeSpan LongestLag = TimeSpan.FromSeconds(1);

    /// <summary>For timers that are not exact, and so that a copy in the next packet arrives before a packet counts as missing.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(5);

    /// <summary>More is not filled in at once: the source has left it out, or this node did not get to it.</summary>
    private static readonly TimeSpan LongestFill = TimeSpan.FromMilliseconds(200);

    /// <summary>Silence that is filled in; then the source is gone.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);

    private readonly byte[] _payloads = new byte[Capacity * MaximumPayload];
    private readonly Slot[] _slots = new Slot[Capacity];
    private readonly int _clockRate;
    private readonly ArrivalClock _arrivals;

    private bool _playing;
    private ushort _next;
    private int _count;
    private long _position;
    private long _heardUntil;
    private long _newest;
    private long _step;
    private long _span;
    private long _gap;
    private int _late;
    private Instant _arrived;
    private bool _restarted;

    /// <param name="spread">What is known of the source's <see cref="Spread"/> already.</param>
    public JitterBuffer(int clockRate, TimeSpan spread = default)
    {
        _clockRate = clockRate;
        _arrivals = new ArrivalClock(clockRate, spread);
        _step = _span = clockRate / 50;
    }

    public static TimeSpan LongestWait => ArrivalClock.LongestSpread + Margin;

    /// <summary>When what has not come counts as missing; null while nothing is played.</summary>
    public Instant? NextTimeout => _playing ? _arrivals.Due(_position) + Wait : null;

    /// <summary>How far arrival lags behind the fastest packets at the most; old lags fade.</summary>
    public TimeSpan Spread => _arrivals.Spread;

    /// <summary>How long a packet is waited for after its turn.</summary>
    public TimeSpan Wait
    {
        get
        {
            // Nothing is awaited in a pause but its end.
            var wait = IsPausing || HasStopped ? _arrivals.Spread : TimeSpan.FromTicks(Math.Max(_arrivals.Spread.Ticks, Duration(_step).Ticks));
            return TimeSpan.FromTicks(Math.Min(wait.Ticks, ArrivalClock.LongestSpread.Ticks)) + Margin;
        }
    }

    /// <summary>The source has said that it speaks no more for now: that nothing comes is no sign of its end.</summary>
    public bool IsPausing { get; set; }

    /// <summary>Nothing has come for a while, though the source has not said that it pauses.</summary>
    public bool HasStopped => _position - _heardUntil >= _step * PauseAfter;

    /// <summary>Units at the start of the payload pulled last that have been heard or filled in already.</summary>
    public long Heard { get; private set; }

    /// <summary>Units that the packet which was pulled as missing leaves to be filled in.</summary>
    public long Gap => _gap;

    public JitterPush Push(Instant now, ushort sequenceNumber, uint timestamp, bool marker, ReadOnlySpan<byte> payload, bool noise = false)
    {
        if (payload.Length > MaximumPayload) return JitterPush.TooLarge;
        var position = _newest + (int)(timestamp - (uint)_newest);
        _newest = position;
        var lag = _arrivals.Measure(now, position);
        var spacing = now - _arrived;
        _arrived = now;

        var distance = RtpPacket.Distance(_next, sequenceNumber);
        var isLate = position + _span <= _position;
        if (!_playing || lag < -LongestLag || distance is >= Capacity or < -LongestStepBack || isLate && marker && distance >= 0)
        {
            Begin(now, sequenceNumber, position);
        }
        else if (distance < 0 || isLate)
        {
            // A burst after a stall comes late as well, but its end does not.
            if (spacing >= Duration(_step) / 2) _late++;
            if (_late < (HasStopped ? MostLateAfterSilence : MostLate)) return JitterPush.Late;
            Begin(now, sequenceNumber, position);
        }

        ref var slot = ref _slots[sequenceNumber % Capacity];
        if (slot.Used) return JitterPush.Duplicate;
        slot = new Slot(true, noise, lag < -Duration(_step) / 2, payload.Length, sequenceNumber, position);
        payload.CopyTo(_payloads.AsSpan(sequenceNumber % Capacity * MaximumPayload));
        _count++;
        _late = 0;
        return JitterPush.Accepted;
    }

    /// <summary>Takes what is due. The payload stays valid until the next push.</summary>
    public JitterPull Pull(Instant now, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (NextTimeout is not { } timeout) return JitterPull.Waiting;
        if (now - timeout > LongestFill)
        {
            Skip(_position + RtpClock.Units(now - timeout, _clockRate));
            timeout = now;
        }

        while (_count > 0)
        {
            ref readonly var slot = ref First();
            var ahead = slot.Position - _position;
            if (ahead <= 0) return Take(slot, out payload);

            // The numbers go on and only the time stamps do not: the source left this out itself.
            var leftOut = slot.Sequence == _next;
            if (leftOut && (slot.Early || Duration(ahead) > LongestFill))
            {
                Skip(slot.Position);
                continue;
            }

            if (!leftOut && now < timeout) return JitterPull.Waiting;
            _gap = Math.Min(_step, ahead);
            if (!leftOut && ahead <= _step && !slot.Noise) payload = Payload(slot);
            return JitterPull.Missing;
        }

        if (now < timeout) return JitterPull.Waiting;
        _gap = _step;
        if (Duration(_position - _heardUntil) < LongestSilence) return JitterPull.Missing;
        Empty();
        return JitterPull.Waiting;
    }

    /// <summary>What was pulled last lasted so many units, the part that had been heard before not counted.</summary>
    public void Advance(JitterPull pulled, long units)
    {
        _position += units;
        if (pulled == JitterPull.Missing) return;
        _heardUntil = _position;
        if (pulled != JitterPull.Packet || units <= 0) return;
        // A packet of a sample or two must not make us wake for each one that follows in silence: 2.5 ms is the least codecs have.
        _step = Math.Clamp(units, _clockRate / 400, _clockRate * 120L / 1000);
        _span = _step + Heard;
    }

    /// <summary>True once after the source has started anew: what comes next does not follow what was before.</summary>
    public bool TakeRestart()
    {
        var restarted = _restarted;
        _restarted = false;
        return restarted;
    }

    /// <summary>Forgets everything, as when another source takes over.</summary>
    public void Reset()
    {
        Empty();
        _arrivals.Reset();
    }

    private TimeSpan Duration(long units) => RtpClock.Duration(units, _clockRate);

    private void Begin(Instant now, ushort sequenceNumber, long position)
    {
        Empty();
        _arrivals.Measure(now, position);
        (_playing, _restarted, _next, _position, _heardUntil) = (true, true, sequenceNumber, position, position);
    }

    private void Skip(long position)
    {
        _position = position;
        _restarted = true;
    }

    private void Empty()
    {
        Array.Clear(_slots);
        (_playing, _count, _late, IsPausing) = (false, 0, 0, false);
        _arrivals.Restart();
    }

    private ref readonly Slot First()
    {
        var sequenceNumber = _next;
        while (!_slots[sequenceNumber % Capacity].Used) sequenceNumber++;
        return ref _slots[sequenceNumber % Capacity];
    }

    private JitterPull Take(in Slot slot, out ReadOnlySpan<byte> payload)
    {
        var noise = slot.Noise;
        payload = Payload(slot);
        Heard = _position - slot.Position;
        _next = (ushort)(slot.Sequence + 1);
        _slots[slot.Sequence % Capacity] = default;
        _count--;
        return noise ? JitterPull.Noise : JitterPull.Packet;
    }

    private ReadOnlySpan<byte> Payload(in Slot slot) => _payloads.AsSpan(slot.Sequence % Capacity * MaximumPayload, slot.Length);

    /// <param name="Early">It came long before any other packet had made it expected.</param>
    private readonly record struct Slot(bool Used, bool Noise, bool Early, int Length, ushort Sequence, long Position);
}

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

    /// <summary>Nothing is being played.</summary>
    Idle,
}

/// <summary>
/// Puts one source's packets back into order and evens out their arrival. A stretch of speech starts after a delay that
/// follows the jitter measured so far. From then on the delay adapts by itself: a packet that is not there when its turn comes
/// stretches it by one packet, and when even the slowest packet of a window waited longer than a packet lasts, one is skipped.
/// </summary>
public sealed class JitterBuffer
{
    public const int Capacity = 32;

    /// <summary>The largest Opus frame (RFC 6716 §3.2.1), and far more than any G.711 packet.</summary>
    public const int MaximumPayload = 1280;

    /// <summary>Missing in a row before the source counts as silent.</summary>
    private const int LongestStarvation = 5;

    /// <summary>The same for a source that has said that it pauses: descriptors of its silence are 160 ms (AMR) to 400 ms (Opus) apart.</summary>
    private const int LongestPause = 50;

    /// <summary>Packets over which the shortest wait is taken.</summary>
    private const int Window = 100;

    private static readonly TimeSpan ShortestDelay = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(120);
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(10);

    private readonly byte[] _payloads = new byte[Capacity * MaximumPayload];
    private readonly Slot[] _slots = new Slot[Capacity];
    private readonly int _clockRate;

    private bool _playing;
    private Instant? _readyAt;
    private ushort _next;
    private ushort _highest;
    private int _count;
    private int _starved;
    private bool _stretch;

    private ushort _lastSequence;
    private uint _lastTimestamp;
    private bool _measured;
    private int _smallestTransit;
    private TimeSpan _spread;

    private TimeSpan _shortestWait = TimeSpan.MaxValue;
    private int _pulled;

    /// <param name="spread">What is known of the source's <see cref="Spread"/> already.</param>
    public JitterBuffer(int clockRate, TimeSpan spread = default) => (_clockRate, _spread) = (clockRate, spread);

    /// <summary>How far arrival lags behind the fastest packet at the most; old lags fade.</summary>
    public TimeSpan Spread => _spread;

    /// <summary>When a stretch of speech that waits for its delay may be pulled; null while playing or empty.</summary>
    public Instant? ReadyAt => _playing ? null : _readyAt;

    /// <summary>Audio in one packet, as the source's time stamps say.</summary>
    public TimeSpan PacketTime { get; private set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Of the packet last pulled.</summary>
    public uint Timestamp { get; private set; }

    /// <summary>How long the packet last pulled had waited.</summary>
    public TimeSpan Delay { get; private set; }

    /// <summary>Packets of audio left out to shorten the delay.</summary>
    public long Skipped { get; private set; }

    private TimeSpan StartDelay => TimeSpan.FromTicks(Math.Clamp(_spread.Ticks, ShortestDelay.Ticks, LongestDelay.Ticks));

    public JitterPush Push(Instant now, ushort sequenceNumber, uint timestamp, bool marker, ReadOnlySpan<byte> payload, bool noise = false)
    {
        if (payload.Length > MaximumPayload) return JitterPush.TooLarge;
        Measure(now, sequenceNumber, timestamp);

        if (_readyAt is null) Start(now, sequenceNumber);
        var distance = RtpPacket.Distance(_next, sequenceNumber);
        if (distance is < -Capacity or >= Capacity)
        {
            Empty();
            Start(now, sequenceNumber);
        }
        else if (distance < 0)
        {
            // Before the first pull an earlier packet may still become the first one.
            if (_playing || RtpPacket.Distance(sequenceNumber, _highest) >= Capacity)
            {
                _stretch = _playing && Delay < LongestDelay;
                return JitterPush.Late;
            }

            _next = sequenceNumber;
        }

        ref var slot = ref _slots[sequenceNumber % Capacity];
        if (slot.Used) return JitterPush.Duplicate;
        slot = new Slot(true, marker, noise, payload.Length, timestamp, now);
        payload.CopyTo(_payloads.AsSpan(sequenceNumber % Capacity * MaximumPayload));
        _count++;
        if (RtpPacket.Distance(_highest, sequenceNumber) > 0) _highest = sequenceNumber;
        return JitterPush.Accepted;
    }

    /// <summary>Takes what is to be played next. The payload stays valid until the next push.</summary>
    /// <param name="pausing">The source has said that it speaks no more for now: that nothing comes is no sign of its end.</param>
    public JitterPull Pull(Instant now, out ReadOnlySpan<byte> payload, bool pausing = false)
    {
        payload = default;
        if (_readyAt is null || !_playing && now < _readyAt) return JitterPull.Idle;
        _playing = true;
        if (_count == 0) return Starve(pausing ? LongestPause : LongestStarvation);

        if (_count * PacketTime > LongestDelay + PacketTime * 2) SkipTo(LongestDelay / 2);
        else if (WaitsTooLong()) SkipTo((_count - 1) * PacketTime);

        if (_stretch)
        {
            _stretch = false;
            return JitterPull.Missing;
        }

        ref readonly var slot = ref _slots[_next % Capacity];
        if (!slot.Used)
        {
            payload = Payload(++_next);
            return JitterPull.Missing;
        }

        // After a pause the source says that speech starts anew: its first packet waits like that of the first stretch.
        if (_starved > 0 && slot.Marker && now < slot.Arrived + StartDelay) return JitterPull.Missing;

        var noise = slot.Noise;
        payload = Take(now);
        return noise ? JitterPull.Noise : JitterPull.Packet;
    }

    /// <summary>Forgets everything, as when another source takes over.</summary>
    public void Reset()
    {
        Empty();
        _spread = default;
    }

    private void Empty()
    {
        Array.Clear(_slots);
        (_playing, _readyAt, _count, _starved, _stretch) = (false, null, 0, 0, false);
        (_shortestWait, _pulled) = (TimeSpan.MaxValue, 0);
        _measured = false;
    }

    private void Start(Instant now, ushort sequenceNumber)
    {
        _next = sequenceNumber;
        _highest = sequenceNumber;
        _readyAt = now + StartDelay;
    }

    private JitterPull Starve(int longest)
    {
        if (++_starved <= longest) return JitterPull.Missing;
        Empty();
        return JitterPull.Idle;
    }

    private ReadOnlySpan<byte> Take(Instant now)
    {
        var payload = Payload(_next);
        Delay = now - _slots[_next % Capacity].Arrived;
        Timestamp = _slots[_next % Capacity].Timestamp;
        if (Delay < _shortestWait) _shortestWait = Delay;
        _pulled++;
        _starved = 0;
        Drop();
        return payload;
    }

    private ReadOnlySpan<byte> Payload(ushort sequenceNumber)
    {
        var slot = _slots[sequenceNumber % Capacity];
        return slot.Used ? _payloads.AsSpan(sequenceNumber % Capacity * MaximumPayload, slot.Length) : default;
    }

    private void Drop()
    {
        ref var slot = ref _slots[_next % Capacity];
        if (slot.Used) _count--;
        slot = default;
        _next++;
    }

    private bool WaitsTooLong()
    {
        if (_pulled < Window) return false;
        var tooLong = _shortestWait >= PacketTime + Margin && _count > 1;
        (_shortestWait, _pulled) = (TimeSpan.MaxValue, 0);
        return tooLong;
    }

    private void SkipTo(TimeSpan left)
    {
        while (_count > 1 && _count * PacketTime > left)
        {
            Drop();
            Skipped++;
        }
    }

    /// <summary>Learns the packet time and how far arrival lags behind the fastest packet; old lags fade.</summary>
    private void Measure(Instant now, ushort sequenceNumber, uint timestamp)
    {
        var step = (int)(timestamp - _lastTimestamp);
        if (_measured && RtpPacket.Distance(_lastSequence, sequenceNumber) == 1 && step > 0 && step <= _clockRate * 120L / 1000)
            PacketTime = RtpClock.Duration(step, _clockRate);
        (_lastSequence, _lastTimestamp) = (sequenceNumber, timestamp);

        // On the 32-bit circle of time stamps; a source that jumps starts a new measurement.
        var transit = (int)((uint)RtpClock.At(now, _clockRate) - timestamp);
        var lag = transit - _smallestTransit;
        if (!_measured || Math.Abs((long)lag) > _clockRate)
        {
            (_measured, _smallestTransit) = (true, transit);
            return;
        }

        if (lag < 0) _smallestTransit = transit;
        else _smallestTransit += lag >> 10;
        _spread = TimeSpan.FromTicks(Math.Max(RtpClock.Duration(Math.Max(lag, 0), _clockRate).Ticks, _spread.Ticks * 255 / 256));
    }

    private readonly record struct Slot(bool Used, bool Marker, bool Noise, int Length, uint Timestamp, Instant Arrived);
}

using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Media;

/// <summary>
/// Audio in one direction, from what one leg receives to what the other sends. A codec that both legs speak is passed
/// through; any other goes receive → jitter buffer → decode → encode → packetise, one packet each packet time.
/// </summary>
internal sealed partial class AudioPath : IDisposable
{
    /// <summary>Samples of the longest packet: 240 ms of AMR-WB (TS 26.114 §7.5.2.1); Opus ends at 120 ms (RFC 6716 §2.1.4).</summary>
    private const int LongestPacket = 16_000 * 240 / 1000;

    /// <summary>Packet times between two descriptions of the noise in a pause.</summary>
    private const int PacketsPerNoise = 10;

    private readonly ICodecFactory _codecs;
    private readonly RtpOutput _output;
    private readonly DtmfRelay _dtmf = new();
    private readonly ComfortNoise _noise = new();
    private readonly DtmfTone _tone = new();
    private DtmfDetector? _detector;
    private char? _foundKey;
    /// <summary>Room for the longest packet and what may be left of the one before.</summary>
    private readonly short[] _samples = new short[LongestPacket * 2];

    private AudioFormat? _send;
    private TelephoneEventFormat? _sendEvents;
    private AudioFormat? _sendNoise;
    private int _complexity = ComplexityGovernor.Best;
    private int _sampleRate;
    private int _frame;
    private TimeSpan _packetTime;

    private readonly List<Hearing> _hearings = [];
    private Hearing? _hearing;
    private uint _source;
    private uint _heardUntil;
    private IAudioEncoder? _encoder;

    private int _buffered;
    private Instant? _nextFrame;
    private bool _starts;
    private bool _noisy;
    private int _unsent;
    private uint _timestamp;
    private uint _eventTimestamp;

    public AudioPath(ICodecFactory codecs, RtpOutput output)
    {
        _codecs = codecs;
        _output = output;
    }

    /// <summary>Audio may flow: neither leg is held in this direction.</summary>
    public bool Active { get; private set; }

    /// <summary>The source has said that it pauses, in whichever way its codec has.</summary>
    private bool IsPausing => _noisy || _hearing is { Decoder.IsSilent: true };

    public Instant? NextTimeout => Active ? Instant.Earliest(_nextFrame ?? _hearing?.Jitter.ReadyAt, _dtmf.NextTimeout) : null;

    /// <summary>Takes up what was negotiated; codecs that stay keep their state.</summary>
    public void Configure(AudioStream? from, AudioStream? to)
    {
        Active = from is not null && to is not null
            && from.Direction.HasFlag(MediaDirection.ReceiveOnly) && to.Direction.HasFlag(MediaDirection.SendOnly);
        if (!Active)
        {
            Stop();
            _output.Pause();
        }

        if (to is null) return;

        var sampleRate = from is null ? _sampleRate : CodecPolicy.SampleRate(from.Send, to.Send);
        if (_send != to.Send || _sampleRate != sampleRate) ReleaseCodecs();
        else if (from is not null) ReleaseUnheard(from.Receive);
        if (from is { ReceiveEvents.Count: > 0 }) _detector = null;
        else if (_detector is null || sampleRate != _sampleRate) _detector = new DtmfDetector(sampleRate);
        _send = to.Send;
        _sendEvents = to.TelephoneEvent;
        _sendNoise = to.ComfortNoise is { } type ? to.Send with { PayloadType = type } : null;
        _sampleRate = sampleRate;
        _packetTime = CodecPolicy.PacketTime(to.Send, to.PacketTime);
        _frame = (int)(_packetTime.Ticks * sampleRate / TimeSpan.TicksPerSecond);
    }

    /// <summary>The mode that the peer which is heard wants to be sent; null where it asks for none.</summary>
    public int? RequestedMode => _hearing?.Decoder.RequestedMode;

    /// <summary>How far the peer that is told should speak below its usual mode, see <see cref="Amr.AmrRateAdaptation"/>.</summary>
    public void AskForLess(int steps) => _encoder?.AskForLess(steps);

    /// <summary>The key that was last found in the audio of a peer without telephone events; each is told once.</summary>
    public char? TakeKey()
    {
        var key = _foundKey;
        _foundKey = null;
        return key;
    }

    /// <summary>For the encoder of now and those to come, see <see cref="ComplexityGovernor"/>.</summary>
    public void SetComplexity(int complexity)
    {
        _complexity = complexity;
        _encoder?.SetComplexity(complexity);
    }

    /// <summary>What the peer that is told wants to be sent, as it says on the path the other way.</summary>
    public void Request(int? mode) => _encoder?.Request(mode);

    /// <summary>Takes in audio in one of the formats of the leg that hears.</summary>
    public void Receive(Instant now, in RtpPacket packet, AudioFormat format)
    {
        if (!Active) return;
        if (format.Codec == _send!.Codec)
        {
            if (_tone.Active)
            {
                _output.Withhold(packet);
                return;
            }

            if (_hearing is not null || _nextFrame is not null) Stop();
            _output.Forward(now, packet, _send);
            return;
        }

        Hear(format, packet.Ssrc);
        _hearing!.Jitter.Push(now, packet.SequenceNumber, packet.Timestamp, packet.Marker, packet.Payload);
    }

    /// <summary>Takes in a description of the noise in a pause; it goes with the audio that was heard last.</summary>
    public void ReceiveNoise(Instant now, in RtpPacket packet)
    {
        if (!Active) return;
        if (_hearing is not null) _hearing.Jitter.Push(now, packet.SequenceNumber, packet.Timestamp, packet.Marker, packet.Payload, noise: true);
        else if (_sendNoise is not null) _output.Forward(now, packet, _sendNoise);
        else _output.Withhold(packet);
    }

    /// <summary>Takes in a telephone event in one of the formats of the leg that hears; the key when a press starts with this packet.</summary>
    public char? ReceiveEvent(Instant now, in RtpPacket packet, TelephoneEventFormat format)
    {
        if (!Active) return null;
        _output.Withhold(packet);
        if (!TelephoneEvent.TryParse(packet.Payload, out var update)) return null;

        _dtmf.Configure(format.ClockRate, _sendEvents?.ClockRate ?? format.ClockRate);
        var starts = _dtmf.Receive(now, packet.Timestamp, update);
        if (starts) _eventTimestamp = _output.TimestampAt(now, _send!.ClockRate);
        if (starts && _sendEvents is null) StartTone(now, update.Digit);
        SendEvents(now);
        return starts ? update.Digit : null;
    }

    public void HandleTimeout(Instant now)
    {
        if (!Active) return;
        _dtmf.HandleTimeout(now);
        SendEvents(now);

        if (_nextFrame is null && _hearing?.Jitter.ReadyAt <= now) StartFrames(now);
        while (_nextFrame <= now)
        {
            _nextFrame += _packetTime;
            Step(now);
        }
    }

    public void Dispose() => ReleaseCodecs();

    /// <summary>One packet time: jitter buffer → decode → encode → packetise.</summary>
    private void Step(Instant now)
    {
        if (_tone.Active)
        {
            Sound(now);
            return;
        }

        while (_buffered < _frame)
        {
            if (_hearing is null)
            {
                StopFrames();
                return;
            }

            var pull = _hearing.Jitter.Pull(now, out var payload, IsPausing);
            if (pull == JitterPull.Idle)
            {
                StopFrames();
                return;
            }

            if (pull == JitterPull.Noise) _noise.Take(payload);
            if (pull != JitterPull.Missing) _noisy = pull == JitterPull.Noise;
            _buffered += pull == JitterPull.Packet ? Decode(payload) : Conceal(payload);
        }

        EncodeFrame(now);
        _buffered -= _frame;
        _samples.AsSpan(_frame, _buffered).CopyTo(_samples);
    }

    private void EncodeFrame(Instant now)
    {
        var timestamp = _timestamp;
        _timestamp += (uint)RtpClock.Units(_packetTime, _send!.ClockRate);
        Encode(now, timestamp);
    }

    /// <summary>The peer takes no telephone events: it hears the key as tones in place of what is spoken meanwhile.</summary>
    private void StartTone(Instant now, char? key)
    {
        if (key is not { } sounding) return;
        _tone.Start(sounding);
        EnsureEncoder();
        if (_nextFrame is null) StartFrames(now);
    }

    private void Sound(Instant now)
    {
        _hearing?.Jitter.Pull(now, out _);
        _buffered = 0;
        _tone.Fill(_samples.AsSpan(0, _frame), _sampleRate);
        EncodeFrame(now);
    }

    private int Decode(ReadOnlySpan<byte> payload)
    {
        var count = _hearing!.Decoder.Decode(payload, _samples.AsSpan(_buffered));
        if (count <= 0) return Conceal(default);
        if (_hearing.Format.Codec is AudioCodec.AmrWb or AudioCodec.Amr) count = LeaveOutRepeats(count);
        _foundKey = _detector?.Hear(_samples.AsSpan(_buffered, count)) ?? _foundKey;
        return count;
    }

    /// <summary>A packet may begin with what the one before held already, in case that got lost (RFC 4867 §3.7.1).</summary>
    private int LeaveOutRepeats(int count)
    {
        var (timestamp, clockRate) = (_hearing!.Jitter.Timestamp, _hearing.Format.ClockRate);
        var repeated = (long)(int)(_heardUntil - timestamp) * _sampleRate / clockRate;
        _heardUntil = timestamp + (uint)((long)count * clockRate / _sampleRate);
        if (repeated <= 0 || repeated >= count) return count;

        _samples.AsSpan(_buffered + (int)repeated, count - (int)repeated).CopyTo(_samples.AsSpan(_buffered));
        return count - (int)repeated;
    }

    private int Conceal(ReadOnlySpan<byte> next)
    {
        var count = Math.Clamp((int)RtpClock.Units(_hearing!.Jitter.PacketTime, _sampleRate), _sampleRate / 400, LongestPacket);
        if (_noisy) _noise.Fill(_samples.AsSpan(_buffered, count));
        else _hearing!.Decoder.Conceal(next, _samples.AsSpan(_buffered, count));
        return count;
    }

    private void Encode(Instant now, uint timestamp)
    {
        // While a key is pressed its events stand for the audio (RFC 4733 §2.5.1.1); the encoder still follows, to go on cleanly.
        var payload = _output.Reserve();
        if (IsPausing && _sendNoise is not null && !_dtmf.Active && !_tone.Active)
        {
            SendNoise(now, timestamp, payload);
            return;
        }

        _unsent = 0;
        var length = payload.IsEmpty ? 0 : _encoder!.Encode(_samples.AsSpan(0, _frame), payload);
        if (length > 0 && (_sendEvents is null || !_dtmf.Active))
        {
            _output.Send(now, _send!, _starts && !_encoder!.IsSilent, timestamp, length);
            _starts = false;
        }

        _starts |= _encoder!.IsSilent;
    }

    /// <summary>The peer fills the pause itself: it is told of the noise at its start and every now and then (RFC 3389 §4).</summary>
    private void SendNoise(Instant now, uint timestamp, Span<byte> payload)
    {
        _starts = true;
        if (_unsent++ % PacketsPerNoise != 0 || payload.IsEmpty) return;
        ComfortNoise.Describe(_samples.AsSpan(0, _frame), payload);
        _output.Send(now, _sendNoise!, false, timestamp, ComfortNoise.PayloadSize);
    }

    private void SendEvents(Instant now)
    {
        while (_dtmf.TryDequeue(now, out var packet))
        {
            if (_sendEvents is not null) _output.SendEvent(now, _sendEvents, _eventTimestamp, packet);
            else if (packet.Event.End) _tone.Stop();
        }
    }

    /// <summary>
    /// A peer may change between its formats at any time. What was made for one stays, so that a peer which does so with every
    /// packet costs no more than its packets.
    /// </summary>
    private void Hear(AudioFormat format, uint source, TimeSpan spread = default)
    {
        if (_hearing?.Format == format && _source == source) return;
        var hearing = Find(format);
        if (hearing is null) _hearings.Add(hearing = new Hearing(format, new JitterBuffer(format.ClockRate, spread), CreateDecoder(format)));
        EnsureEncoder();
        Stop();
        _hearing = hearing;
        _source = source;
    }

    private void EnsureEncoder()
    {
        if (_encoder is not null) return;
        _encoder = _codecs.CreateEncoder(_send!, _sampleRate);
        _encoder.SetComplexity(_complexity);
    }

    private Hearing? Find(AudioFormat format)
    {
        foreach (var hearing in _hearings)
        {
            if (hearing.Format == format) return hearing;
        }

        return null;
    }

    private IAudioDecoder CreateDecoder(AudioFormat format)
    {
        var decoder = _codecs.CreateDecoder(format, _sampleRate);
        return decoder.SampleRate == _sampleRate ? decoder : new ConvertedDecoder(decoder, _sampleRate);
    }

    private void StartFrames(Instant now)
    {
        _nextFrame = now;
        _starts = true;
        _timestamp = _output.TimestampAt(now, _send!.ClockRate);
    }

    private void StopFrames()
    {
        _nextFrame = null;
        _buffered = 0;
        _noisy = false;
    }

    private void Stop()
    {
        StopFrames();
        _hearing?.Jitter.Reset();
        _hearing = null;
    }

    private void ReleaseUnheard(IReadOnlyList<AudioFormat> heard)
    {
        foreach (var gone in _hearings.FindAll(hearing => !heard.Contains(hearing.Format)))
        {
            if (_hearing == gone) Stop();
            _hearings.Remove(gone);
            gone.Decoder.Dispose();
        }
    }

    private void ReleaseCodecs()
    {
        Stop();
        foreach (var hearing in _hearings) hearing.Decoder.Dispose();
        _hearings.Clear();
        _encoder?.Dispose();
        _encoder = null;
    }

    private sealed record Hearing(AudioFormat Format, JitterBuffer Jitter, IAudioDecoder Decoder);
}

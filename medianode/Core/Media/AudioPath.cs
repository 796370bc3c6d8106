using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Media;

/// <summary>
/// Audio in one direction, from what one leg receives to what the other sends. A codec that both legs speak is passed
/// through; any other goes <see cref="AudioInput"/> → <see cref="AudioOutput"/>, driven by the packets that arrive.
/// </summary>
internal sealed partial class AudioPath : IDisposable
{
    /// <summary>Samples of the longest packet: 240 ms of AMR-WB (TS 26.114 §7.5.2.1); Opus ends at 120 ms (RFC 6716 §2.1.4).</summary>
    private const int LongestPacket = 16_000 * 240 / 1000;

    /// <summary>A key that comes by signalling so soon after it was heard is the same press.</summary>
    private static readonly TimeSpan SamePress = TimeSpan.FromSeconds(1);

    private readonly ICodecFactory _codecs;
    private readonly RtpOutput _rtp;
    private readonly AudioOutput _output;
    private readonly DtmfRelay _dtmf = new();
    private readonly DtmfTone _tone = new();
    private readonly KeyPlayer _keys = new();
    private DtmfDetector? _detector;
    private char? _foundKey;

    /// <summary>A key of signalling is down: as with those of media, nothing is heard beside it.</summary>
    private bool _keyIsDown;

    // Empty as long as audio is passed through.
    private short[] _heard = [];

    /// <summary>Heard and not sent yet: room for the longest packet and what may be left of the one before.</summary>
    private short[] _samples = [];

    private TelephoneEventFormat? _sendEvents;
    private int _sampleRate;
    private uint _eventTimestamp;
    private (char? Key, Instant At) _lastKey;

    private readonly List<AudioInput> _inputs = [];
    private AudioInput? _input;
    private uint _source;
    private int _buffered;
    private Instant? _nextFrame;

    public AudioPath(ICodecFactory codecs, RtpOutput output)
    {
        _codecs = codecs;
        _rtp = output;
        _output = new AudioOutput(codecs, output);
    }

    /// <summary>Audio may flow: neither leg is held in this direction.</summary>
    public bool Active { get; private set; }

    /// <summary>The leg that is told may be sent something: keys, if only keys.</summary>
    private bool MayTell { get; set; }

    public Instant? NextTimeout => MayTell
        ? Instant.Earliest(Instant.Earliest(_nextFrame, _input?.NextTimeout), Instant.Earliest(_dtmf.NextTimeout, _keys.NextTimeout))
        : null;

    /// <summary>Takes up what was negotiated; codecs that stay keep their state.</summary>
    public void Configure(AudioStream? from, AudioStream? to)
    {
        MayTell = from is not null && to is not null && to.Direction.HasFlag(MediaDirection.SendOnly);
        Active = MayTell && from!.Direction.HasFlag(MediaDirection.ReceiveOnly);
        if (!MayTell)
        {
            _keys.Clear();
            _keyIsDown = false;
            _tone.Silence();
        }

        if (!Active)
        {
            Stop();
            _rtp.Pause();
        }

        if (to is null) return;

        var sampleRate = from is null ? _sampleRate : CodecPolicy.SampleRate(from.Send, to.Send);
        if (sampleRate != _sampleRate) ReleaseInputs();
        else if (from is not null) ReleaseUnheard(from.Receive);
        if (from is { ReceiveEvents.Count: > 0 }) _detector = null;
        else if (_detector is null || sampleRate != _sampleRate) _detector = new DtmfDetector(sampleRate);
        _sendEvents = to.TelephoneEvent;
        _sampleRate = sampleRate;
        var frame = _output.Frame;
        _output.Configure(to, sampleRate);
        if (_output.Frame != frame) _buffered = 0;
        SettleFrames();
    }

    /// <summary>The mode that the peer which is heard wants to be sent; null where it asks for none.</summary>
    public int? RequestedMode => _input?.RequestedMode;

    /// <inheritdoc cref="AudioOutput.AskForLess"/>
    public void AskForLess(int steps) => _output.AskForLess(steps);

    /// <inheritdoc cref="AudioOutput.ExpectLoss"/>
    public void ExpectLoss(int percentage) => _output.ExpectLoss(percentage);

    /// <summary>The key that was last found in the audio of a peer without telephone events; each is told once.</summary>
    public char? TakeKey()
    {
        var key = _foundKey;
        _foundKey = null;
        return key;
    }

    /// <inheritdoc cref="AudioOutput.SetComplexity"/>
    public void SetComplexity(int complexity) => _output.SetComplexity(complexity);

    /// <summary>What the peer that is told wants to be sent, as it says on the path the other way.</summary>
    public void Request(int? mode) => _output.Request(mode);

    /// <summary>Reads what the next packet will need, see <see cref="MediaSession.ReadAhead"/>.</summary>
    public long ReadAhead() => _output.Frame + (_tone.Active ? 1 : 0) + (_output.Format is { } format ? (int)format.Codec : 0);

    /// <summary>Takes in audio in one of the formats of the leg that hears. True when it was passed through: no deadline comes closer by that.</summary>
    public bool Receive(Instant now, in RtpPacket packet, AudioFormat format)
    {
        if (!Active) return false;
        if (format.Codec == _output.Format.Codec)
        {
            if (_tone.Active || _keyIsDown)
            {
                _rtp.Withhold(packet);
                return false;
            }

            if (_input is not null) Stop();
            _rtp.Forward(now, packet, _output.Format);
            return true;
        }

        Hear(format, packet.Ssrc);
        _input!.Push(now, packet, noise: false);
        Play(now);
        return false;
    }

    /// <summary>Takes in a description of the noise in a pause; it goes with the audio that was heard last.</summary>
    public void ReceiveNoise(Instant now, in RtpPacket packet)
    {
        if (!Active) return;
        if (_input is null)
        {
            _output.ForwardNoise(now, packet);
            return;
        }

        _input.Push(now, packet, noise: true);
        Play(now);
    }

    /// <summary>Takes in a telephone event in one of the formats of the leg that hears; the key when a press starts with this packet.</summary>
    public char? ReceiveEvent(Instant now, in RtpPacket packet, TelephoneEventFormat format)
    {
        if (!Active) return null;
        _rtp.Withhold(packet);
        if (!TelephoneEvent.TryParse(packet.Payload, out var update) || !Tell(now, packet.Timestamp, update, format.ClockRate)) return null;
        _lastKey = (update.Digit, now);
        return update.Digit;
    }

    /// <summary>A key of a command, or one that the peer which is heard sent by signalling.</summary>
    public void Press(Instant now, char key, TimeSpan duration)
    {
        if (!MayTell) return;
        _keys.Press(now, key, duration);
        PlayKeys(now);
    }

    /// <summary>The peer has just pressed this key on its media. Peers that send keys both ways press each of them once.</summary>
    public bool HasJustHeard(Instant now, char key) => _lastKey.Key == key && now - _lastKey.At < SamePress;

    public void HandleTimeout(Instant now)
    {
        if (!MayTell) return;
        PlayKeys(now);
        _dtmf.HandleTimeout(now);
        SendEvents(now);
        Play(now);
    }

    public void Dispose()
    {
        ReleaseInputs();
        _output.Dispose();
    }

    /// <summary>
    /// Hears what is due and tells it at once. Only where a packet holds more than those that are sent, the rest goes out at their
    /// pace, or with the packet after it.
    /// </summary>
    private void Play(Instant now)
    {
        while (_input is not null && _input.TryHear(now, _heard, out var count, out var restarts))
        {
            while (_buffered >= _output.Frame) SendFrame(now);
            if (restarts) Restart();
            if (!_tone.Active) Take(now, _heard.AsSpan(0, count));
        }

        SettleFrames();
        while (_nextFrame <= now)
        {
            _nextFrame += _output.PacketTime;
            if (_tone.Active) Sound(now);
            else SendFrame(now);
            SettleFrames();
        }
    }

    private void SettleFrames()
    {
        if (!_tone.Active && _buffered < _output.Frame) _nextFrame = null;
    }

    private void Take(Instant now, ReadOnlySpan<short> samples)
    {
        _foundKey = _detector?.Hear(samples) ?? _foundKey;
        samples.CopyTo(_samples.AsSpan(_buffered));
        _buffered += samples.Length;
        if (_buffered >= _output.Frame) _nextFrame = now;
    }

    /// <summary>While a key is pressed its events stand for the audio (RFC 4733 §2.5.1.1).</summary>
    private void SendFrame(Instant now)
    {
        _output.Send(now, _samples.AsSpan(0, _output.Frame), _input is { IsPausing: true } && !_dtmf.Active, _sendEvents is not null && _dtmf.Active);
        _buffered -= _output.Frame;
        _samples.AsSpan(_output.Frame, _buffered).CopyTo(_samples);
    }

    /// <summary>The peer takes no telephone events: it hears the key as tones in place of what is spoken meanwhile.</summary>
    private void StartTone(Instant now, char? key)
    {
        if (key is not { } sounding) return;
        MakeRoom();
        _tone.Start(sounding);
        if (_nextFrame is null && _input?.NextTimeout is null) Restart();
        _buffered = 0;
        _nextFrame ??= now;
    }

    private void Sound(Instant now)
    {
        var frame = _samples.AsSpan(0, _output.Frame);
        _tone.Fill(frame, _sampleRate);
        _output.Send(now, frame, pausing: false, withheld: false);
    }

    private void PlayKeys(Instant now)
    {
        while (_keys.TryDequeue(now, out var timestamp, out var update)) Tell(now, timestamp, update, KeyPlayer.ClockRate);
        _keyIsDown = _keys.IsDown;
    }

    /// <summary>True when a press starts with this update.</summary>
    private bool Tell(Instant now, uint timestamp, in TelephoneEvent update, int clockRate)
    {
        _dtmf.Configure(clockRate, _sendEvents?.ClockRate ?? clockRate);
        var starts = _dtmf.Receive(now, timestamp, update);
        if (starts) _eventTimestamp = _rtp.TimestampAt(now, _output.Format.ClockRate);
        if (starts && _sendEvents is null) StartTone(now, update.Digit);
        SendEvents(now);
        return starts;
    }

    private void SendEvents(Instant now)
    {
        while (_dtmf.TryDequeue(now, out var packet))
        {
            if (_sendEvents is not null) _rtp.SendEvent(now, _sendEvents, _eventTimestamp, packet);
            else if (packet.Event.End) _tone.Stop();
        }
    }

    /// <summary>
    /// A peer may change between its formats at any time. What was made for one stays, so that a peer which does so with every
    /// packet costs no more than its packets.
    /// </summary>
    private void Hear(AudioFormat format, uint source, TimeSpan spread = default)
    {
        if (_input?.Format == format && _source == source) return;
        var input = Find(format);
        MakeRoom();
        if (input is null) _inputs.Add(input = new AudioInput(format, CreateDecoder(format), spread));
        Stop();
        _input = input;
        _source = source;
    }

    private void MakeRoom()
    {
        if (_samples.Length > 0) return;
        _heard = new short[LongestPacket];
        _samples = new short[LongestPacket * 2];
    }

    private AudioInput? Find(AudioFormat format)
    {
        foreach (var input in _inputs)
        {
            if (input.Format == format) return input;
        }

        return null;
    }

    private IAudioDecoder CreateDecoder(AudioFormat format)
    {
        var decoder = _codecs.CreateDecoder(format, _sampleRate);
        return decoder.SampleRate == _sampleRate ? decoder : new ConvertedDecoder(decoder, _sampleRate);
    }

    private void Restart()
    {
        _buffered = 0;
        _output.Restart();
    }

    private void Stop()
    {
        Restart();
        // A tone goes on whatever becomes of the source.
        if (!_tone.Active) _nextFrame = null;
        _input?.Reset();
        _input = null;
    }

    private void ReleaseUnheard(IReadOnlyList<AudioFormat> heard)
    {
        foreach (var gone in _inputs.FindAll(input => !heard.Contains(input.Format)))
        {
            if (_input == gone) Stop();
            _inputs.Remove(gone);
            gone.Dispose();
        }
    }

    private void ReleaseInputs()
    {
        Stop();
        foreach (var input in _inputs) input.Dispose();
        _inputs.Clear();
    }
}

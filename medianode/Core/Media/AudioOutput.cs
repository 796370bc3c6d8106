using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Media;

/// <summary>
/// What one peer is told: a packet time of samples → encode → packetise. Time stamps count the samples, and follow the clock over
/// a time in which there were none.
/// </summary>
internal sealed class AudioOutput(ICodecFactory codecs, RtpOutput output) : IDisposable
{
    /// <summary>Packet times between two descriptions of the noise in a pause.</summary>
    private const int PacketsPerNoise = 10;

    private AudioFormat? _noise;
    private ComfortNoise? _describer;
    private int _sampleRate;
    private IAudioEncoder? _encoder;
    private int _complexity = ComplexityGovernor.Best;
    private bool _running;
    private bool _starts;
    private int _unsent;
    private int _expectedLoss;
    private bool _takesTwo;
    private uint _timestamp;

    public AudioFormat Format { get; private set; } = null!;

    public TimeSpan PacketTime { get; private set; }

    /// <summary>Samples in one packet.</summary>
    public int Frame { get; private set; }

    /// <summary>Takes up what was negotiated; an encoder that stays keeps its state.</summary>
    public void Configure(AudioStream to, int sampleRate)
    {
        if (to.Send != Format || sampleRate != _sampleRate) Release();
        if (sampleRate != _sampleRate) _describer = new ComfortNoise(sampleRate);
        Format = to.Send;
        _sampleRate = sampleRate;
        _noise = to.ComfortNoise is { } type ? to.Send with { PayloadType = type } : null;
        PacketTime = CodecPolicy.PacketTime(to.Send, to.PacketTime);
        _takesTwo = to.LongestPacketTime >= PacketTime * 2;
        _encoder?.ExpectLoss(_expectedLoss, _takesTwo);
        Frame = (int)(PacketTime.Ticks * sampleRate / TimeSpan.TicksPerSecond);
    }

    /// <summary>How far the peer should speak below its usual mode, see <see cref="Amr.AmrRateAdaptation"/>.</summary>
    public void AskForLess(int steps) => _encoder?.AskForLess(steps);

    /// <summary>This share of what is sent is about to get lost, in per cent: packets hold the one before again, where the peer can take that.</summary>
    public void ExpectLoss(int percentage)
    {
        if (percentage == _expectedLoss) return;
        _expectedLoss = percentage;
        _encoder?.ExpectLoss(percentage, _takesTwo);
    }

    /// <summary>What the peer wants to be sent.</summary>
    public void Request(int? mode) => _encoder?.Request(mode);

    /// <summary>For the encoder of now and those to come, see <see cref="ComplexityGovernor"/>.</summary>
    public void SetComplexity(int complexity)
    {
        _complexity = complexity;
        _encoder?.SetComplexity(complexity);
    }

    /// <summary>Comfort noise in the peer's own format, while nothing else is told.</summary>
    public void ForwardNoise(Instant now, in RtpPacket packet)
    {
        if (_noise is not null) output.Forward(now, packet, _noise);
        else output.Withhold(packet);
    }

    /// <summary>What comes next does not follow what was before.</summary>
    public void Restart() => _running = false;

    /// <summary>Sends <see cref="Frame"/> samples.</summary>
    /// <param name="pausing">They are a pause: a peer that fills pauses itself is told of the noise only.</param>
    /// <param name="withheld">Something else stands for the audio now; the encoder still follows, to go on cleanly.</param>
    public void Send(Instant now, ReadOnlySpan<short> frame, bool pausing, bool withheld)
    {
        if (!_running) Start(now);
        var timestamp = _timestamp;
        _timestamp += (uint)RtpClock.Units(PacketTime, Format.ClockRate);

        var payload = output.Reserve();
        if (pausing && _noise is not null)
        {
            SendNoise(now, timestamp, frame, payload);
            return;
        }

        _unsent = 0;
        var encoder = Encoder();
        var length = payload.IsEmpty ? 0 : encoder.Encode(frame, payload);
        if (length > 0 && !withheld)
        {
            var first = timestamp - (uint)((long)encoder.Repeated * Format.ClockRate / _sampleRate);
            output.Send(now, Format, _starts && !encoder.IsSilent, first, length);
            _starts = false;
        }

        _starts |= encoder.IsSilent;
    }

    public void Release()
    {
        _running = false;
        _encoder?.Dispose();
        _encoder = null;
    }

    public void Dispose() => Release();

    private IAudioEncoder Encoder()
    {
        if (_encoder is not null) return _encoder;
        _encoder = codecs.CreateEncoder(Format, _sampleRate);
        _encoder.SetComplexity(_complexity);
        _encoder.ExpectLoss(_expectedLoss, _takesTwo);
        return _encoder;
    }

    private void Start(Instant now)
    {
        // Where the last packet has just gone out, the next one still follows its end.
        var at = output.TimestampAt(now, Format.ClockRate);
        var behind = (int)(_timestamp - at);
        if (behind < 0 || behind > RtpClock.Units(PacketTime, Format.ClockRate)) _timestamp = at;
        _running = true;
        _starts = true;
    }

    /// <summary>The peer fills the pause itself: it is told of the noise at its start and every now and then (RFC 3389 §4).</summary>
    private void SendNoise(Instant now, uint timestamp, ReadOnlySpan<short> frame, Span<byte> payload)
    {
        _starts = true;
        if (_unsent++ % PacketsPerNoise != 0 || payload.IsEmpty) return;
        output.Send(now, _noise!, false, timestamp, _describer!.Describe(frame, payload));
    }
}

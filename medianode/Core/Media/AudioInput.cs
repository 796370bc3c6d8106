using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.MediaNode.Core.Media;

/// <summary>
/// What is heard of a source in one of its formats: jitter buffer → decode, and whatever fills the places of packets that have
/// not come. Samples follow each other as the source took them, whenever they are handed out.
/// </summary>
internal sealed class AudioInput : IDisposable
{
    private readonly JitterBuffer _jitter;
    private readonly IAudioDecoder _decoder;
    private readonly ComfortNoise _noise;
    private readonly int _sampleRate;
    private bool _noisy;

    /// <summary>Takes over the decoder.</summary>
    /// <param name="spread">What is known of the source's <see cref="Spread"/> already.</param>
    public AudioInput(AudioFormat format, IAudioDecoder decoder, TimeSpan spread)
    {
        Format = format;
        _decoder = decoder;
        _sampleRate = decoder.SampleRate;
        _noise = new ComfortNoise(_sampleRate);
        _jitter = new JitterBuffer(format.ClockRate, spread);
    }

    public AudioFormat Format { get; }

    /// <summary>The source pauses: it has said so, in whichever way its codec has, or nothing has come for a while.</summary>
    public bool IsPausing => _noisy || _decoder.IsSilent || _jitter.HasStopped;

    /// <inheritdoc cref="JitterBuffer.Spread"/>
    public TimeSpan Spread => _jitter.Spread;

    public int? RequestedMode => _decoder.RequestedMode;

    /// <summary>When something is due though nothing comes; null while nothing is heard.</summary>
    public Instant? NextTimeout => _jitter.NextTimeout;

    public void Push(Instant now, in RtpPacket packet, bool noise) =>
        _jitter.Push(now, packet.SequenceNumber, packet.Timestamp, packet.Marker, packet.Payload, noise);

    /// <summary>True while something is due; at most one packet's samples at a time, or none where it only tells of a pause.</summary>
    /// <param name="samples">Room for the longest packet.</param>
    /// <param name="restarts">These samples do not follow those before.</param>
    public bool TryHear(Instant now, Span<short> samples, out int count, out bool restarts)
    {
        count = 0;
        var pulled = _jitter.Pull(now, out var payload);
        restarts = _jitter.TakeRestart();
        switch (pulled)
        {
            case JitterPull.Waiting:
                return false;
            case JitterPull.Noise:
                _noise.Take(payload);
                _noisy = true;
                _jitter.Advance(pulled, 0);
                break;
            case JitterPull.Packet:
                _noisy = false;
                count = Decode(payload, samples);
                break;
            case JitterPull.Missing:
                count = Fill(payload, samples, _jitter.Gap);
                break;
        }

        _jitter.IsPausing = _noisy || _decoder.IsSilent;
        return true;
    }

    public void Reset()
    {
        _jitter.Reset();
        _noisy = false;
    }

    public void Dispose() => _decoder.Dispose();

    private int Decode(ReadOnlySpan<byte> payload, Span<short> samples)
    {
        var heard = (int)(_jitter.Heard * _sampleRate / Format.ClockRate);
        var count = _decoder.DecodeRest(payload, samples, heard);
        if (count <= 0 && heard == 0) return Fill(default, samples, Format.ClockRate / 50);
        _jitter.Advance(JitterPull.Packet, (long)Math.Max(count, 0) * Format.ClockRate / _sampleRate);
        return Math.Max(count, 0);
    }

    private int Fill(ReadOnlySpan<byte> next, Span<short> samples, long units)
    {
        var count = (int)(units * _sampleRate / Format.ClockRate);
        if (_noisy) _noise.Fill(samples[..count]);
        else _decoder.Conceal(next, samples[..count]);
        _jitter.Advance(JitterPull.Missing, units);
        return count;
    }
}

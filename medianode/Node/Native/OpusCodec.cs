using Byon.MediaNode.Core.Media;

namespace Byon.MediaNode.Native;

/// <summary>Opus decoded by libopus straight at the far codec's rate, mono: no resampler is needed.</summary>
internal sealed unsafe class OpusDecoder : IAudioDecoder
{
    private readonly OpusDecoderHandle _decoder;

    public OpusDecoder(int sampleRate)
    {
        SampleRate = sampleRate;
        _decoder = OpusLibrary.CreateDecoder(sampleRate, 1, out var error);
        if (_decoder.IsInvalid) throw new InvalidOperationException($"opus_decoder_create: error {error}");
    }

    public int SampleRate { get; }

    public bool IsSilent { get; private set; }

    public int Decode(ReadOnlySpan<byte> payload, Span<short> samples)
    {
        // An empty payload would ask libopus for concealment.
        if (payload.IsEmpty) return 0;
        IsSilent = payload.Length <= OpusEncoder.LongestPause;
        return Math.Max(Call(payload, samples, fec: 0), 0);
    }

    public void Conceal(ReadOnlySpan<byte> next, Span<short> samples)
    {
        // libopus fills multiples of 2.5 ms: from the copy in the next packet, else from what was heard before.
        var step = SampleRate / 400;
        var whole = samples[..(samples.Length / step * step)];
        var filled = next.IsEmpty ? 0 : Call(next, whole, fec: 1);
        if (filled <= 0) filled = whole.IsEmpty ? 0 : Call(default, whole, fec: 0);
        samples[Math.Max(filled, 0)..].Clear();
    }

    public void Dispose() => _decoder.Dispose();

    private int Call(ReadOnlySpan<byte> payload, Span<short> samples, int fec)
    {
        fixed (byte* data = payload)
        fixed (short* pcm = samples)
            return OpusLibrary.Decode(_decoder.DangerousGetHandle(), data, payload.Length, pcm, samples.Length, fec);
    }
}

/// <summary>Opus encoded by libopus for speech, mono, with what the peer's fmtp asks for.</summary>
internal sealed unsafe class OpusEncoder : IAudioEncoder
{
    /// <summary>A packet of up to two bytes says that the pause goes on and need not be sent (opus_encode in opus.h).</summary>
    public const int LongestPause = 2;

    private readonly OpusEncoderHandle _encoder;

    public OpusEncoder(int sampleRate, OpusParameters peer)
    {
        SampleRate = sampleRate;
        _encoder = OpusLibrary.CreateEncoder(sampleRate, 1, OpusLibrary.ApplicationVoip, out var error);
        if (_encoder.IsInvalid) throw new InvalidOperationException($"opus_encoder_create: error {error}");
        Control(OpusLibrary.SetBitrate, Math.Min(sampleRate <= 8000 ? 16_000 : 24_000, peer.MaximumBitRate ?? int.MaxValue));
        Control(OpusLibrary.SetInbandFec, peer.WantsRedundancy ? 1 : 0);
        Control(OpusLibrary.SetDiscontinuous, peer.WantsPauses ? 1 : 0);
    }

    public int SampleRate { get; }

    public bool IsSilent { get; private set; }

    public int Encode(ReadOnlySpan<short> samples, Span<byte> payload)
    {
        fixed (short* pcm = samples)
        fixed (byte* data = payload)
        {
            var length = OpusLibrary.Encode(_encoder.DangerousGetHandle(), pcm, samples.Length, data, payload.Length);
            IsSilent = length <= LongestPause;
            return IsSilent ? 0 : length;
        }
    }

    /// <summary>libopus spends time and bits on copies only where it is told to expect loss.</summary>
    public void ExpectLoss(int percentage, bool takesTwo) => Control(OpusLibrary.SetPacketLossPercentage, percentage);

    public void SetComplexity(int complexity) => Control(OpusLibrary.SetComplexity, complexity);

    public void Dispose() => _encoder.Dispose();

    private void Control(int request, int value)
    {
        if (OpusLibrary.Control(_encoder.DangerousGetHandle(), request, value) is var error and not 0)
            throw new InvalidOperationException($"opus_encoder_ctl {request}: error {error}");
    }
}

namespace Byon.MediaNode.Core.Media.Amr;

/// <summary>AMR or AMR-WB as a stream of RTP payloads.</summary>
public sealed class AmrDecoder(AudioCodec codec, bool octetAligned, IAmrFrameDecoder frames) : IAudioDecoder
{
    private readonly int _samplesPerFrame = AmrFrames.SamplesPerFrame(codec);
    private readonly byte[] _missing = new byte[AmrFrames.MaximumSize];

    public int SampleRate => _samplesPerFrame * 50;

    public int? RequestedMode { get; private set; }

    public bool IsSilent { get; private set; }

    public int Decode(ReadOnlySpan<byte> payload, Span<short> samples) => DecodeRest(payload, samples, 0);

    /// <summary>Frames that were heard do not reach the decoder again; it goes on from where it was.</summary>
    public int DecodeRest(ReadOnlySpan<byte> payload, Span<short> samples, int heard)
    {
        if (!AmrPayloadReader.TryParse(payload, codec, octetAligned, out var reader)) return 0;
        var repeated = (heard + _samplesPerFrame / 2) / _samplesPerFrame;
        var count = Math.Max(reader.Count - repeated, 0) * _samplesPerFrame;
        if (count > samples.Length) return 0;

        RequestedMode = reader.RequestedMode;
        Span<byte> frame = stackalloc byte[AmrFrames.MaximumSize];
        for (var rest = samples; reader.TryRead(frame, out var length);)
        {
            if (repeated-- > 0) continue;
            if (!AmrFrames.IsGood(frame[0])) Fill(rest);
            else Take(frame[..length], rest);
            rest = rest[_samplesPerFrame..];
        }

        return count;
    }

    public void Conceal(ReadOnlySpan<byte> next, Span<short> samples)
    {
        for (; samples.Length >= _samplesPerFrame; samples = samples[_samplesPerFrame..]) Fill(samples);
        samples.Clear();
    }

    public void Dispose() => frames.Dispose();

    private void Take(ReadOnlySpan<byte> frame, Span<short> samples)
    {
        var type = AmrFrames.Type(frame[0]);
        if (type < AmrFrames.SpeechLost) IsSilent = AmrFrames.IsSilence(codec, type);
        frames.Decode(frame, samples[.._samplesPerFrame]);
    }

    /// <summary>In silence a missing frame is more of the same noise; otherwise it was speech that got lost.</summary>
    private void Fill(Span<short> samples)
    {
        var lost = codec == AudioCodec.AmrWb && !IsSilent ? AmrFrames.SpeechLost : AmrFrames.NoData;
        _missing[0] = AmrFrames.Header(lost, good: false);
        frames.Decode(_missing, samples[.._samplesPerFrame]);
    }
}

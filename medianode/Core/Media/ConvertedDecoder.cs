namespace Byon.MediaNode.Core.Media;

/// <summary>A decoder whose codec has one rate, heard at half or twice that rate.</summary>
internal sealed class ConvertedDecoder(IAudioDecoder decoder, int sampleRate) : IAudioDecoder
{
    private readonly RateConverter _converter = new(decoder.SampleRate, sampleRate);
    private readonly short[] _decoded = new short[decoder.SampleRate / 4];

    public int SampleRate => sampleRate;

    public int? RequestedMode => decoder.RequestedMode;

    public bool IsSilent => decoder.IsSilent;

    public int Decode(ReadOnlySpan<byte> payload, Span<short> samples) => DecodeRest(payload, samples, 0);

    public int DecodeRest(ReadOnlySpan<byte> payload, Span<short> samples, int heard)
    {
        var count = decoder.DecodeRest(payload, _decoded, (int)((long)heard * decoder.SampleRate / sampleRate)) & ~1;
        if (_converter.Length(count) > samples.Length) return 0;
        _converter.Convert(_decoded.AsSpan(0, count), samples);
        return _converter.Length(count);
    }

    public void Conceal(ReadOnlySpan<byte> next, Span<short> samples)
    {
        var count = Math.Min((int)((long)samples.Length * decoder.SampleRate / sampleRate), _decoded.Length) & ~1;
        decoder.Conceal(next, _decoded.AsSpan(0, count));
        _converter.Convert(_decoded.AsSpan(0, count), samples);
        samples[_converter.Length(count)..].Clear();
    }

    public void Dispose() => decoder.Dispose();
}

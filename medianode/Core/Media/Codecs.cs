namespace Byon.MediaNode.Core.Media;

/// <summary>Turns payloads of one format into 16-bit mono samples at one rate. Holds state: one per stream.</summary>
public interface IAudioDecoder : IDisposable
{
    int SampleRate { get; }

    /// <summary>Decodes one payload. Returns the number of samples; 0 for a payload that is none or does not fit.</summary>
    int Decode(ReadOnlySpan<byte> payload, Span<short> samples);

    /// <summary>Fills <paramref name="samples"/> in place of a packet that did not come.</summary>
    /// <param name="next">The payload after the missing one, which may carry a copy of it; empty if that has not come either.</param>
    void Conceal(ReadOnlySpan<byte> next, Span<short> samples);
}

/// <summary>Turns 16-bit mono samples at one rate into payloads of one format. Holds state: one per stream.</summary>
public interface IAudioEncoder : IDisposable
{
    int SampleRate { get; }

    /// <summary>Encodes one packet's samples. Returns the payload's length; 0 when there is nothing to send.</summary>
    int Encode(ReadOnlySpan<short> samples, Span<byte> payload);
}

/// <summary>The codecs that this process can run: some need libraries which Core may not reach for.</summary>
public interface ICodecFactory
{
    IReadOnlyList<AudioCodec> Codecs { get; }

    IAudioDecoder CreateDecoder(AudioFormat format, int sampleRate);

    IAudioEncoder CreateEncoder(AudioFormat format, int sampleRate);
}

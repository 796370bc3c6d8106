namespace Byon.MediaNode.Core.Media;

/// <summary>Turns payloads of one format into 16-bit mono samples at one rate. Holds state: one per stream.</summary>
public interface IAudioDecoder : IDisposable
{
    int SampleRate { get; }

    /// <summary>Decodes one payload. Returns the number of samples; 0 for a payload that is none or does not fit.</summary>
    int Decode(ReadOnlySpan<byte> payload, Span<short> samples);

    /// <summary>
    /// Decodes a payload of which some samples at its start have been heard already, as those of frames that are sent twice
    /// (RFC 4867 §3.7.1). Returns the number of those after them, which come first in <paramref name="samples"/>.
    /// </summary>
    int DecodeRest(ReadOnlySpan<byte> payload, Span<short> samples, int heard)
    {
        var count = Decode(payload, samples);
        if (heard <= 0 || count <= 0) return count;
        if (heard >= count) return 0;
        samples[heard..count].CopyTo(samples);
        return count - heard;
    }

    /// <summary>Fills <paramref name="samples"/> in place of a packet that did not come.</summary>
    /// <param name="next">The payload after the missing one, which may carry a copy of it; empty if that has not come either.</param>
    void Conceal(ReadOnlySpan<byte> next, Span<short> samples);

    /// <summary>The mode that the peer wants to be sent, for <see cref="IAudioEncoder.Request"/>; null where it asks for none.</summary>
    int? RequestedMode => null;

    /// <summary>The sender has stopped speaking: until it starts again, little or nothing comes, and what is missing is no loss (DTX).</summary>
    bool IsSilent => false;
}

/// <summary>Turns 16-bit mono samples at one rate into payloads of one format. Holds state: one per stream.</summary>
public interface IAudioEncoder : IDisposable
{
    int SampleRate { get; }

    /// <summary>Encodes one packet's samples. Returns the payload's length; 0 when there is nothing to send.</summary>
    int Encode(ReadOnlySpan<short> samples, Span<byte> payload);

    /// <summary>The last packet held no speech, or there was none to send: what follows starts a new stretch of speech.</summary>
    bool IsSilent => false;

    /// <summary>Samples of the packet before that the last payload holds again ahead of its own: its time stamp is that of the first one.</summary>
    int Repeated => 0;

    /// <summary>
    /// This share of the packets will get lost: those to come hold the one before again, with codecs that can (RFC 4867 §3.7.1,
    /// RFC 6716 §2.1.7).
    /// </summary>
    /// <param name="percentage">0 to 100.</param>
    /// <param name="takesTwo">The peer takes packets of twice the time.</param>
    void ExpectLoss(int percentage, bool takesTwo)
    {
    }

    /// <summary>How much work each packet may cost, 0 to 10, with codecs that have the choice.</summary>
    void SetComplexity(int complexity)
    {
    }

    /// <summary>Asks the peer to speak some modes below its usual one, with codecs that have modes; 0 asks for nothing.</summary>
    void AskForLess(int steps)
    {
    }

    /// <summary>Takes up what the peer wants to be sent, with codecs that have modes.</summary>
    void Request(int? mode)
    {
    }
}

/// <summary>The codecs that this process can run: some need libraries which Core may not reach for.</summary>
public interface ICodecFactory
{
    IReadOnlyList<AudioCodec> Codecs { get; }

    IAudioDecoder CreateDecoder(AudioFormat format, int sampleRate);

    IAudioEncoder CreateEncoder(AudioFormat format, int sampleRate);
}

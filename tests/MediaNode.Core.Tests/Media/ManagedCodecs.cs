using Byon.MediaNode.Core.Media;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

/// <summary>The codecs that need no library.</summary>
internal sealed class ManagedCodecs : ICodecFactory
{
    public IReadOnlyList<AudioCodec> Codecs { get; } = [AudioCodec.Pcma, AudioCodec.Pcmu];

    /// <summary>What encoders were told of loss last, in per cent.</summary>
    public Dictionary<AudioCodec, int> ExpectedLoss { get; } = [];

    public IAudioDecoder CreateDecoder(AudioFormat format, int sampleRate) => new G711Decoder(format.Codec);

    public IAudioEncoder CreateEncoder(AudioFormat format, int sampleRate) => new Encoder(format.Codec, ExpectedLoss);

    private sealed class Encoder(AudioCodec codec, Dictionary<AudioCodec, int> expectedLoss) : IAudioEncoder
    {
        private readonly G711Encoder _encoder = new(codec);

        public int SampleRate => _encoder.SampleRate;

        public int Encode(ReadOnlySpan<short> samples, Span<byte> payload) => _encoder.Encode(samples, payload);

        public void ExpectLoss(int percentage, bool takesTwo) => expectedLoss[codec] = percentage;

        public void Dispose() => _encoder.Dispose();
    }
}

using Byon.MediaNode.Core.Media;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

/// <summary>The codecs that need no library.</summary>
internal sealed class ManagedCodecs : ICodecFactory
{
    public IReadOnlyList<AudioCodec> Codecs { get; } = [AudioCodec.Pcma, AudioCodec.Pcmu];

    public IAudioDecoder CreateDecoder(AudioFormat format, int sampleRate) => new G711Decoder(format.Codec);

    public IAudioEncoder CreateEncoder(AudioFormat format, int sampleRate) => new G711Encoder(format.Codec);
}

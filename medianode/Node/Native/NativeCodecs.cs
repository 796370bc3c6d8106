using Byon.MediaNode.Core.Media;

namespace Byon.MediaNode.Native;

/// <summary>G.711, and Opus where libopus is installed.</summary>
public sealed partial class NativeCodecs : ICodecFactory
{
    public NativeCodecs(ILogger logger)
    {
        if (OpusLibrary.IsPresent)
            Codecs = [AudioCodec.Opus, AudioCodec.Pcma, AudioCodec.Pcmu];
        else
            LogOpusMissing(logger);
    }

    public IReadOnlyList<AudioCodec> Codecs { get; } = [AudioCodec.Pcma, AudioCodec.Pcmu];

    public IAudioDecoder CreateDecoder(AudioFormat format, int sampleRate) => format.Codec switch
    {
        AudioCodec.Opus => new OpusDecoder(sampleRate),
        _ => new G711Decoder(format.Codec),
    };

    public IAudioEncoder CreateEncoder(AudioFormat format, int sampleRate) => format.Codec switch
    {
        AudioCodec.Opus => new OpusEncoder(sampleRate),
        _ => new G711Encoder(format.Codec),
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "libopus.so.0 is not installed (Debian: libopus0): calls are offered without Opus")]
    private static partial void LogOpusMissing(ILogger logger);
}

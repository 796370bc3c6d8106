using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Amr;
using Byon.MediaNode.Core.Media.G722;

namespace Byon.MediaNode.Native;

/// <summary>G.711, G.722 and L16, and what the codec libraries installed here can do. A codec whose library is missing is never offered.</summary>
public sealed partial class NativeCodecs : ICodecFactory
{
    private static readonly (string Library, string Function, string Package, AudioCodec Codec)[] Needs =
    [
        (OpusLibrary.Name, OpusLibrary.EncodeFunction, "libopus0", AudioCodec.Opus),
        (AmrWbDecoderLibrary.Name, AmrWbDecoderLibrary.DecodeFunction, "libopencore-amrwb0", AudioCodec.AmrWb),
        (AmrWbEncoderLibrary.Name, AmrWbEncoderLibrary.EncodeFunction, "libvo-amrwbenc0", AudioCodec.AmrWb),
        (AmrLibrary.Name, AmrLibrary.EncodeFunction, "libopencore-amrnb0", AudioCodec.Amr),
    ];

    public NativeCodecs(ILogger logger)
        : this(logger, CodecLibrary.Load)
    {
    }

    /// <param name="load">Finds a library by its name and one of its functions.</param>
    internal NativeCodecs(ILogger logger, Func<string, string, CodecLibrary?> load)
    {
        var needs = Needs.Select(need => (Need: need, Found: load(need.Library, need.Function))).ToList();
        var missing = needs.Where(of => of.Found is null).Select(of => of.Need).ToList();
        Libraries = [.. needs.Select(of => of.Found).OfType<CodecLibrary>()];
        Codecs = [.. CodecPolicy.Network.Append(AudioCodec.L16).Where(codec => missing.TrueForAll(need => need.Codec != codec))];
        var loaded = string.Join(", ", Libraries);
        if (loaded.Length > 0) LogLoaded(logger, loaded);
        if (missing.Count > 0) LogMissing(logger, string.Join(", ", missing.Select(need => $"{need.Codec} needs {need.Library} (Debian: {need.Package})")));
    }

    public IReadOnlyList<AudioCodec> Codecs { get; }

    /// <summary>What was found, and where: several builds of a library may be installed.</summary>
    public IReadOnlyList<CodecLibrary> Libraries { get; }

    public IAudioDecoder CreateDecoder(AudioFormat format, int sampleRate) => format.Codec switch
    {
        AudioCodec.Opus => new OpusDecoder(sampleRate),
        AudioCodec.AmrWb or AudioCodec.Amr => new AmrDecoder(format.Codec, Parameters(format).OctetAligned, new AmrFrameDecoder(format.Codec)),
        AudioCodec.G722 => new G722Decoder(),
        AudioCodec.L16 => new LinearDecoder(),
        _ => new G711Decoder(format.Codec),
    };

    public IAudioEncoder CreateEncoder(AudioFormat format, int sampleRate) => format.Codec switch
    {
        AudioCodec.Opus => new OpusEncoder(sampleRate, OpusParameters.Parse(format.Parameters)),
        AudioCodec.AmrWb or AudioCodec.Amr => new AmrEncoder(format.Codec, Parameters(format), new AmrFrameEncoder(format.Codec)),
        AudioCodec.G722 => new G722Encoder(),
        AudioCodec.L16 => new LinearEncoder(),
        _ => new G711Encoder(format.Codec),
    };

    /// <summary>Formats whose parameters cannot be read never get past offer and answer.</summary>
    private static AmrParameters Parameters(AudioFormat format) =>
        AmrParameters.TryParse(format.Codec, format.Parameters, out var parameters)
            ? parameters
            : throw new InvalidOperationException($"{format.Codec} was negotiated with parameters that are not spoken here");

    [LoggerMessage(Level = LogLevel.Information, Message = "Codec libraries: {Libraries}")]
    private static partial void LogLoaded(ILogger logger, string libraries);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Codec libraries are not installed, so calls are offered without their codecs: {Missing}")]
    private static partial void LogMissing(ILogger logger, string missing);
}

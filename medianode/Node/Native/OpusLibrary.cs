using System.Runtime.InteropServices;

namespace Byon.MediaNode.Native;

/// <summary>The functions of libopus that are used (RFC 6716; opus.h of libopus 1.3).</summary>
internal static unsafe partial class OpusLibrary
{
    public const int ApplicationVoip = 2048;

    public const int SetBitrate = 4002;
    public const int SetComplexity = 4010;
    public const int SetInbandFec = 4012;
    public const int SetPacketLossPercentage = 4014;
    public const int SetDiscontinuous = 4016;

    public const string Name = "libopus.so.0";
    public const string EncodeFunction = "opus_encode";

    /// <summary>"libopus 1.3.1".</summary>
    public static string Version => Marshal.PtrToStringUTF8(VersionString()) ?? "";

    [LibraryImport(Name, EntryPoint = "opus_decoder_create")]
    public static partial OpusDecoderHandle CreateDecoder(int sampleRate, int channels, out int error);

    [LibraryImport(Name, EntryPoint = "opus_decoder_destroy")]
    public static partial void DestroyDecoder(nint decoder);

    [LibraryImport(Name, EntryPoint = "opus_decode")]
    public static partial int Decode(nint decoder, byte* payload, int length, short* samples, int frameSize, int decodeFec);

    [LibraryImport(Name, EntryPoint = "opus_encoder_create")]
    public static partial OpusEncoderHandle CreateEncoder(int sampleRate, int channels, int application, out int error);

    [LibraryImport(Name, EntryPoint = "opus_encoder_destroy")]
    public static partial void DestroyEncoder(nint encoder);

    [LibraryImport(Name, EntryPoint = EncodeFunction)]
    public static partial int Encode(nint encoder, short* samples, int frameSize, byte* payload, int capacity);

    [LibraryImport(Name, EntryPoint = "opus_get_version_string")]
    private static partial nint VersionString();

    /// <summary>
    /// Variadic in C. On Linux an int after fixed arguments is passed alike either way, on x86-64 as on arm64.
    /// </summary>
    [LibraryImport(Name, EntryPoint = "opus_encoder_ctl")]
    public static partial int Control(nint encoder, int request, int value);
}

internal sealed class OpusDecoderHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        OpusLibrary.DestroyDecoder(handle);
        return true;
    }
}

internal sealed class OpusEncoderHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        OpusLibrary.DestroyEncoder(handle);
        return true;
    }
}

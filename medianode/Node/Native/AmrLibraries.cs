using System.Runtime.InteropServices;

namespace Byon.MediaNode.Native;

/// <summary>libopencore-amrnb: AMR both ways (interf_dec.h, interf_enc.h of opencore-amr 0.1.6).</summary>
internal static unsafe partial class AmrLibrary
{
    public const string Name = "libopencore-amrnb.so.0";
    public const string EncodeFunction = "Encoder_Interface_Encode";

    [LibraryImport(Name, EntryPoint = "Decoder_Interface_init")]
    public static partial nint CreateDecoder();

    [LibraryImport(Name, EntryPoint = "Decoder_Interface_exit")]
    public static partial void DestroyDecoder(nint decoder);

    [LibraryImport(Name, EntryPoint = "Decoder_Interface_Decode")]
    public static partial void Decode(nint decoder, byte* frame, short* samples, int bad);

    [LibraryImport(Name, EntryPoint = "Encoder_Interface_init")]
    public static partial nint CreateEncoder(int discontinuous);

    [LibraryImport(Name, EntryPoint = "Encoder_Interface_exit")]
    public static partial void DestroyEncoder(nint encoder);

    [LibraryImport(Name, EntryPoint = EncodeFunction)]
    public static partial int Encode(nint encoder, int mode, short* samples, byte* frame, int forceSpeech);
}

/// <summary>libopencore-amrwb: AMR-WB decoding only (dec_if.h).</summary>
internal static unsafe partial class AmrWbDecoderLibrary
{
    public const string Name = "libopencore-amrwb.so.0";
    public const string DecodeFunction = "D_IF_decode";

    [LibraryImport(Name, EntryPoint = "D_IF_init")]
    public static partial nint Create();

    [LibraryImport(Name, EntryPoint = "D_IF_exit")]
    public static partial void Destroy(nint decoder);

    [LibraryImport(Name, EntryPoint = DecodeFunction)]
    public static partial void Decode(nint decoder, byte* frame, short* samples, int bad);
}

/// <summary>libvo-amrwbenc: AMR-WB encoding only (enc_if.h of vo-amrwbenc 0.1.3).</summary>
internal static unsafe partial class AmrWbEncoderLibrary
{
    public const string Name = "libvo-amrwbenc.so.0";
    public const string EncodeFunction = "E_IF_encode";

    [LibraryImport(Name, EntryPoint = "E_IF_init")]
    public static partial nint Create();

    [LibraryImport(Name, EntryPoint = "E_IF_exit")]
    public static partial void Destroy(nint encoder);

    [LibraryImport(Name, EntryPoint = EncodeFunction)]
    public static partial int Encode(nint encoder, int mode, short* samples, byte* frame, int discontinuous);
}

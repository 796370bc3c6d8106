using System.Diagnostics;
using Byon.MediaNode.Core.Media.Amr;
using Microsoft.Win32.SafeHandles;

namespace Byon.MediaNode.Native;

/// <summary>AMR decoded by libopencore-amrnb.</summary>
internal sealed unsafe class AmrFrameDecoder : SafeHandleZeroOrMinusOneIsInvalid, IAmrFrameDecoder
{
    public AmrFrameDecoder()
        : base(ownsHandle: true) => SetHandle(AmrLibrary.CreateDecoder());

    public void Decode(ReadOnlySpan<byte> frame, Span<short> samples)
    {
        Debug.Assert(samples.Length >= 160, "the library writes 160 samples");
        fixed (byte* data = frame)
        fixed (short* pcm = samples)
            AmrLibrary.Decode(handle, data, pcm, 0);
    }

    protected override bool ReleaseHandle()
    {
        AmrLibrary.DestroyDecoder(handle);
        return true;
    }
}

/// <summary>AMR encoded by libopencore-amrnb, with silence left out (DTX).</summary>
internal sealed unsafe class AmrFrameEncoder : SafeHandleZeroOrMinusOneIsInvalid, IAmrFrameEncoder
{
    /// <summary>The library filters its input where it lies, though its header says const.</summary>
    private readonly short[] _samples = new short[160];

    public AmrFrameEncoder()
        : base(ownsHandle: true) => SetHandle(AmrLibrary.CreateEncoder(discontinuous: 1));

    public int Encode(int mode, ReadOnlySpan<short> samples, Span<byte> frame)
    {
        Debug.Assert(frame.Length >= AmrFrames.MaximumSize, "the library writes a frame of any size");
        samples[.._samples.Length].CopyTo(_samples);
        fixed (short* pcm = _samples)
        fixed (byte* data = frame)
            return AmrLibrary.Encode(handle, mode, pcm, data, 0);
    }

    protected override bool ReleaseHandle()
    {
        AmrLibrary.DestroyEncoder(handle);
        return true;
    }
}

/// <summary>AMR-WB decoded by libopencore-amrwb.</summary>
internal sealed unsafe class AmrWbFrameDecoder : SafeHandleZeroOrMinusOneIsInvalid, IAmrFrameDecoder
{
    public AmrWbFrameDecoder()
        : base(ownsHandle: true) => SetHandle(AmrWbDecoderLibrary.Create());

    public void Decode(ReadOnlySpan<byte> frame, Span<short> samples)
    {
        Debug.Assert(samples.Length >= 320, "the library writes 320 samples");
        fixed (byte* data = frame)
        fixed (short* pcm = samples)
            AmrWbDecoderLibrary.Decode(handle, data, pcm, 0);
    }

    protected override bool ReleaseHandle()
    {
        AmrWbDecoderLibrary.Destroy(handle);
        return true;
    }
}

/// <summary>AMR-WB encoded by libvo-amrwbenc, with silence left out (DTX).</summary>
internal sealed unsafe class AmrWbFrameEncoder : SafeHandleZeroOrMinusOneIsInvalid, IAmrFrameEncoder
{
    /// <summary>The library changes its input where it lies, though its header says const.</summary>
    private readonly short[] _samples = new short[320];

    public AmrWbFrameEncoder()
        : base(ownsHandle: true) => SetHandle(AmrWbEncoderLibrary.Create());

    public int Encode(int mode, ReadOnlySpan<short> samples, Span<byte> frame)
    {
        Debug.Assert(frame.Length >= AmrFrames.MaximumSize, "the library writes a frame of any size");
        samples[.._samples.Length].CopyTo(_samples);
        fixed (short* pcm = _samples)
        fixed (byte* data = frame)
            return AmrWbEncoderLibrary.Encode(handle, mode, pcm, data, 1);
    }

    protected override bool ReleaseHandle()
    {
        AmrWbEncoderLibrary.Destroy(handle);
        return true;
    }
}

using System.Diagnostics;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Amr;
using Microsoft.Win32.SafeHandles;

namespace Byon.MediaNode.Native;

/// <summary>AMR decoded by libopencore-amrnb, AMR-WB by libopencore-amrwb: two libraries with one interface.</summary>
internal sealed unsafe class AmrFrameDecoder : SafeHandleZeroOrMinusOneIsInvalid, IAmrFrameDecoder
{
    private readonly bool _isWideband;

    public AmrFrameDecoder(AudioCodec codec)
        : base(ownsHandle: true)
    {
        _isWideband = codec == AudioCodec.AmrWb;
        SetHandle(_isWideband ? AmrWbDecoderLibrary.Create() : AmrLibrary.CreateDecoder());
    }

    public void Decode(ReadOnlySpan<byte> frame, Span<short> samples)
    {
        Debug.Assert(samples.Length >= (_isWideband ? 320 : 160), "the libraries write 20 ms");
        fixed (byte* data = frame)
        fixed (short* pcm = samples)
        {
            if (_isWideband) AmrWbDecoderLibrary.Decode(handle, data, pcm, 0);
            else AmrLibrary.Decode(handle, data, pcm, 0);
        }
    }

    protected override bool ReleaseHandle()
    {
        if (_isWideband) AmrWbDecoderLibrary.Destroy(handle);
        else AmrLibrary.DestroyDecoder(handle);
        return true;
    }
}

/// <summary>AMR encoded by libopencore-amrnb, AMR-WB by libvo-amrwbenc, with silence left out (DTX).</summary>
internal sealed unsafe class AmrFrameEncoder : SafeHandleZeroOrMinusOneIsInvalid, IAmrFrameEncoder
{
    private readonly bool _isWideband;

    /// <summary>The libraries filter their input where it lies, though their headers say const.</summary>
    private readonly short[] _samples;

    public AmrFrameEncoder(AudioCodec codec)
        : base(ownsHandle: true)
    {
        _isWideband = codec == AudioCodec.AmrWb;
        _samples = new short[AmrFrames.SamplesPerFrame(codec)];
        SetHandle(_isWideband ? AmrWbEncoderLibrary.Create() : AmrLibrary.CreateEncoder(discontinuous: 1));
    }

    public int Encode(int mode, ReadOnlySpan<short> samples, Span<byte> frame)
    {
        Debug.Assert(frame.Length >= AmrFrames.MaximumSize, "the libraries write a frame of any size");
        samples[.._samples.Length].CopyTo(_samples);
        fixed (short* pcm = _samples)
        fixed (byte* data = frame)
        {
            return _isWideband
                ? AmrWbEncoderLibrary.Encode(handle, mode, pcm, data, discontinuous: 1)
                : AmrLibrary.Encode(handle, mode, pcm, data, forceSpeech: 0);
        }
    }

    protected override bool ReleaseHandle()
    {
        if (_isWideband) AmrWbEncoderLibrary.Destroy(handle);
        else AmrLibrary.DestroyEncoder(handle);
        return true;
    }
}

namespace Byon.MediaNode.Core.Media.Amr;

/// <summary>Turns single frames of AMR or AMR-WB into samples. The speech decoders themselves are libraries which Core may not reach for.</summary>
public interface IAmrFrameDecoder : IDisposable
{
    /// <summary>One frame with its header byte gives 20 ms. <see cref="AmrFrames.NoData"/> and <see cref="AmrFrames.SpeechLost"/> make the decoder fill in.</summary>
    void Decode(ReadOnlySpan<byte> frame, Span<short> samples);
}

/// <summary>Turns 20 ms of samples into a frame with its header byte.</summary>
public interface IAmrFrameEncoder : IDisposable
{
    /// <summary>Returns the frame's length; in silence it holds a descriptor (SID) or no data.</summary>
    int Encode(int mode, ReadOnlySpan<short> samples, Span<byte> frame);
}

using Byon.MediaNode.Core.Media;

namespace Byon.Tests.Bench.Media.Load;

/// <summary>Decodes what one probe call receives and tells when each burst of tone begins, to the sample.</summary>
internal sealed class OnsetDetector(IAudioDecoder decoder) : IDisposable
{
    private const int Threshold = 2_000;

    /// <summary>Between two bursts, of what is sent: a sender with DTX leaves most of a pause out.</summary>
    private const double SilenceSeconds = 0.1;

    private readonly short[] _samples = new short[5760];
    private int _silent;

    /// <returns>Seconds from the packet's first sample to the onset, or null where none is in it.</returns>
    public double? Hear(ReadOnlySpan<byte> payload)
    {
        var count = decoder.Decode(payload, _samples);
        double? onset = null;
        for (var i = 0; i < count; i++)
        {
            if (Math.Abs((int)_samples[i]) < Threshold)
            {
                _silent++;
                continue;
            }

            if (_silent > SilenceSeconds * decoder.SampleRate) onset = (double)i / decoder.SampleRate;
            _silent = 0;
        }

        return onset;
    }

    public void Dispose() => decoder.Dispose();
}

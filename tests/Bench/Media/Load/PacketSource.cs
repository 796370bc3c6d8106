using Byon.MediaNode.Core.Media;

namespace Byon.Tests.Bench.Media.Load;

/// <summary>Payloads of 20 ms each, encoded once and sent over and over by many calls. Empty ones are pauses in which nothing is sent (DTX).</summary>
internal sealed class PacketSource
{
    private readonly byte[][] _payloads;

    private PacketSource(byte[][] payloads) => _payloads = payloads;

    public int Count => _payloads.Length;

    public ReadOnlySpan<byte> this[int packet] => _payloads[packet % _payloads.Length];

    public static PacketSource Of(ICodecFactory codecs, AudioFormat format, int sampleRate, short[] samples)
    {
        using var encoder = codecs.CreateEncoder(format, sampleRate);
        var frame = sampleRate / 50;
        var payloads = new byte[samples.Length / frame][];
        var buffer = new byte[1500];
        for (var i = 0; i < payloads.Length; i++)
            payloads[i] = buffer[..encoder.Encode(samples.AsSpan(i * frame, frame), buffer)];
        return new PacketSource(payloads);
    }
}

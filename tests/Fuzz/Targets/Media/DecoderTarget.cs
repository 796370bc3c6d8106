using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Native;
using Byon.Tests.Fuzz.Mutation;
using Microsoft.Extensions.Logging.Abstractions;

namespace Byon.Tests.Fuzz.Targets.Media;

/// <summary>
/// Payloads in the decoders, the native ones included: three packets of each input go through one decoder of each codec. A
/// crash of a library ends the process, and that is how it shows.
/// </summary>
public sealed class DecoderTarget() : FuzzTarget("decoder", new ByteMutator())
{
    private const int Packets = 3;
    private const int Rate = 48_000;

    private static readonly AudioFormat[] Formats =
    [
        new(AudioCodec.Opus, 96, 48_000), new(AudioCodec.AmrWb, 97, 16_000), new(AudioCodec.AmrWb, 98, 16_000, "octet-align=1"), new(AudioCodec.Amr, 99, 8_000),
        new(AudioCodec.Amr, 100, 8_000, "octet-align=1"), new(AudioCodec.G722, 9, 8_000), new(AudioCodec.L16, 101, 16_000), new(AudioCodec.Pcma, 8, 8_000),
    ];

    private readonly NativeCodecs _codecs = new(NullLogger.Instance);

    public override int Run(byte[] input)
    {
        var shape = new HashCode();
        foreach (var format in Formats.Where(f => _codecs.Codecs.Contains(f.Codec)))
        {
            using var decoder = _codecs.CreateDecoder(format, Rate);
            // 240 ms, which is the longest packet that we offer to take.
            var samples = new short[decoder.SampleRate / 25 * 6];
            for (var i = 0; i < Packets; i++)
            {
                var size = input.Length / Packets;
                var count = decoder.Decode(input.AsSpan(i * size, size), samples);
                Require(count >= 0 && count <= samples.Length, "a decoder says more samples than there is room for");
                decoder.Conceal(input.AsSpan(i * size, size), samples.AsSpan(0, decoder.SampleRate / 50));
                shape.Add(count);
                shape.Add(decoder.IsSilent);
                shape.Add(decoder.RequestedMode);
            }
        }

        return shape.ToHashCode();
    }
}

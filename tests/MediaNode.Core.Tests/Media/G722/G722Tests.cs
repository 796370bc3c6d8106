using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Byon.MediaNode.Core.Media.G722;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Core.Tests.Media.G722;

public sealed class G722Tests
{
    /// <summary>A second of noise that gets quieter, as encoded and decoded by spandsp 0.0.6, another implementation of the Recommendation.</summary>
    [Fact]
    public void EveryBitIsThatOfAnotherImplementation()
    {
        var noise = new short[16_000];
        var seed = 1u;
        for (var i = 0; i < noise.Length; i++)
        {
            seed = seed * 1103515245 + 12345 & 0x7FFFFFFF;
            noise[i] = (short)((int)(seed >> 15) % 65536 - 32768 >> 1 + i / 2000);
        }

        var (bytes, samples) = (new byte[8000], new short[16_000]);
        Assert.Equal(8000, new G722Encoder().Encode(noise, bytes));
        Assert.Equal("18a484208a3a04201208048e322b2c2b179aac1fa5252bbc93b52dd1aa332610", Convert.ToHexStringLower(bytes[..32]));
        Assert.Equal("b12853a26a3a2e9c9d4f31ee839975389798f5014f6beb58953bb514725e34d6", Hash(bytes));
        Assert.Equal(16_000, new G722Decoder().Decode(bytes, samples));
        Assert.Equal("06fa5f695dc808e7c102ec33a27b6dd3d049513d68affe9f7f0a4c9c610915e9", Hash(MemoryMarshal.AsBytes(samples.AsSpan())));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(6000)]
    public void AToneOfEitherBandSurvives(double hertz)
    {
        var (bytes, samples) = (new byte[8000], new short[16_000]);
        new G722Encoder().Encode(Tone.Samples(hertz, TimeSpan.FromSeconds(1), 16_000), bytes);
        new G722Decoder().Decode(bytes, samples);
        Assert.True(Tone.Heard(samples, hertz, 1000, 16_000) > TimeSpan.FromSeconds(0.9));
    }

    [Fact]
    public void NoiseFromTheWireDoesNoHarm()
    {
        var random = new Random(5);
        var decoder = new G722Decoder();
        var samples = new short[640];
        for (var i = 0; i < 1000; i++)
        {
            var payload = new byte[random.Next(0, 321)];
            random.NextBytes(payload);
            Assert.Equal(payload.Length * 2, decoder.Decode(payload, samples));
            decoder.Conceal(default, samples.AsSpan(0, random.Next(641)));
        }

        Assert.Equal(0, decoder.Decode(new byte[400], samples));
    }

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}

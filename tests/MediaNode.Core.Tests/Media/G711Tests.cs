using Byon.MediaNode.Core.Media;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Core.Tests.Media;

public class G711Tests
{
    /// <summary>Characters and values of ITU-T G.711 tables 1 and 2, scaled to 16 bits: quietest, loudest, and a few between.</summary>
    [Theory]
    [InlineData(AudioCodec.Pcmu, 0xFF, 0)]
    [InlineData(AudioCodec.Pcmu, 0x80, 32124)]
    [InlineData(AudioCodec.Pcmu, 0x00, -32124)]
    [InlineData(AudioCodec.Pcmu, 0xFE, 8)]
    [InlineData(AudioCodec.Pcmu, 0x8F, 16764)]
    [InlineData(AudioCodec.Pcma, 0xD5, 8)]
    [InlineData(AudioCodec.Pcma, 0x55, -8)]
    [InlineData(AudioCodec.Pcma, 0xAA, 32256)]
    [InlineData(AudioCodec.Pcma, 0x2A, -32256)]
    [InlineData(AudioCodec.Pcma, 0x85, 4224)]
    public void DecodesTheValuesOfTheStandard(AudioCodec codec, byte code, short expected)
    {
        var samples = new short[1];
        Assert.Equal(1, new G711Decoder(codec).Decode([code], samples));
        Assert.Equal(expected, samples[0]);
    }

    [Theory]
    [InlineData(AudioCodec.Pcmu)]
    [InlineData(AudioCodec.Pcma)]
    public void EncodingWhatWasDecodedGivesTheSameCode(AudioCodec codec)
    {
        byte[] codes = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        var samples = new short[256];
        var again = new byte[256];
        new G711Decoder(codec).Decode(codes, samples);
        new G711Encoder(codec).Encode(samples, again);

        // µ-law has two zeros.
        if (codec == AudioCodec.Pcmu) codes[0x7F] = 0xFF;
        Assert.Equal(codes, again);
    }

    [Theory]
    [InlineData(AudioCodec.Pcmu)]
    [InlineData(AudioCodec.Pcma)]
    public void EverySampleComesBackWithinHalfAStepOfItsSegment(AudioCodec codec)
    {
        short[] samples = [.. Enumerable.Range(-short.MaxValue, 65535).Select(i => (short)i)];
        var codes = new byte[samples.Length];
        var again = new short[samples.Length];
        new G711Encoder(codec).Encode(samples, codes);
        new G711Decoder(codec).Decode(codes, again);
        for (var i = 0; i < samples.Length; i++)
        {
            var allowed = Math.Max(Math.Abs((int)samples[i]) / 32 + 5, 16);
            if (Math.Abs(samples[i]) > 32_124) allowed = 1024;
            Assert.InRange(Math.Abs(samples[i] - again[i]), 0, allowed);
        }
    }

    [Fact]
    public void ConcealmentRepeatsTheLastPacketAndFadesToSilence()
    {
        var decoder = new G711Decoder(AudioCodec.Pcmu);
        var payload = new byte[160];
        new G711Encoder(AudioCodec.Pcmu).Encode(Tone.Samples(400, TimeSpan.FromMilliseconds(20), 8000), payload);
        var samples = new short[160];
        decoder.Decode(payload, samples);

        var concealed = new short[640];
        decoder.Conceal(default, concealed);
        Assert.True(Tone.Share(concealed.AsSpan(0, 160), 400, 8000) > 0.9);
        Assert.True(concealed.Take(160).Max(Math.Abs) > concealed.Skip(160).Take(160).Max(Math.Abs));
        Assert.All(concealed.Skip(480), s => Assert.Equal(0, s));
    }

    [Fact]
    public void APayloadLongerThanTheRoomIsRefused() => Assert.Equal(0, new G711Decoder(AudioCodec.Pcma).Decode(new byte[200], new short[160]));
}

using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Rtp;

public sealed class RtcpFeedbackTests
{
    private const uint Sender = 0x01020304;
    private const uint Source = 0xA1A2A3A4;

    /// <summary>Laid out by hand from the figures of the sections named.</summary>
    [Theory]
    [InlineData("pli", "81CE000201020304A1A2A3A4", "RFC 4585 §6.3.1")]
    [InlineData("fir", "84CE00040102030400000000A1A2A3A407000000", "RFC 5104 §4.3.1")]
    [InlineData("nack", "81CD000401020304A1A2A3A4FFFE000312340000", "RFC 4585 §6.2.1")]
    [InlineData("tmmbr", "83CD00040102030400000000A1A2A3A40E710028", "RFC 5104 §4.2.1: 80,000 x 2^3 and 40 bytes")]
    [InlineData("tmmbn", "84CD00040102030400000000A1A2A3A40E710028", "RFC 5104 §4.2.2")]
    [InlineData("remb", "8FCE0005010203040000000052454D42010A7100A1A2A3A4", "draft-alvestrand-rmcat-remb §2.2: 160,000 x 2^2")]
    public void MessagesAreLaidOutAsTheirSpecificationsDrawThem(string kind, string expected, string where)
    {
        var buffer = new byte[64];
        var length = kind switch
        {
            "pli" => RtcpFeedbackWriter.WritePictureLoss(buffer, 0, Sender, Source),
            "fir" => RtcpFeedbackWriter.WriteFullIntra(buffer, 0, Sender, Source, 7),
            "nack" => RtcpFeedbackWriter.WriteNack(buffer, 0, Sender, Source, [(0xFFFE, 3), (0x1234, 0)]),
            "remb" => RtcpFeedbackWriter.WriteEstimate(buffer, 0, Sender, Source, 640_000),
            _ => RtcpFeedbackWriter.WriteLimit(buffer, 0, Sender, Source, 640_000, notice: kind == "tmmbn"),
        };
        Assert.True(expected == Convert.ToHexString(buffer, 0, length), $"{where}: {Convert.ToHexString(buffer, 0, length)}");
    }

    [Fact]
    public void AWholePictureIsAskedForByLossOrByRequest()
    {
        Assert.True(Read("81CE000201020304A1A2A3A4").AsksForPicture(Source));
        Assert.False(Read("81CE000201020304A1A2A3A4").AsksForPicture(Source + 1));
        Assert.True(Read("84CE000601020304000000000000000100000000A1A2A3A407000000").AsksForPicture(Source));
        Assert.False(Read("84CE000201020304A1A2A3A4").AsksForPicture(Source));
        Assert.False(Read("81CD000201020304A1A2A3A4").AsksForPicture(Source));
    }

    [Fact]
    public void MissingPacketsAreANumberAndWhichOfTheNextSixteen()
    {
        var feedback = Read("81CD000401020304A1A2A3A4FFFE800112340000");
        Assert.Equal((2, Source), (feedback.NackCount, feedback.Source));
        Assert.Equal(((ushort)0xFFFE, (ushort)0x8001), feedback.NackAt(0));
        Assert.Equal(((ushort)0x1234, (ushort)0), feedback.NackAt(1));
        Assert.Equal(0, Read("81CE000401020304A1A2A3A4FFFE800112340000").NackCount);
    }

    [Theory]
    [InlineData("83CD00040102030400000000A1A2A3A40E710028", 640_000L)]
    [InlineData("8FCE0005010203040000000052454D42010A7100A1A2A3A4", 640_000L)]
    [InlineData("8FCE0005010203040000000052454D4201FFFFFFA1A2A3A4", long.MaxValue)]
    [InlineData("8FCE0005010203040000000052454D4201FC0000A1A2A3A4", 0L)]
    [InlineData("8FCE0005010203040000000052454D4201FFFFFF00000000", null)]
    [InlineData("8FCE0005010203040000000052454D41010A7100A1A2A3A4", null)]
    [InlineData("8FCE0004010203040000000052454D42FF0A7100", null)]
    [InlineData("84CD00040102030400000000A1A2A3A40E710028", null)]
    public void ALimitOfTheBitRateIsReadFromEitherKind(string hex, long? expected) => Assert.Equal(expected, Read(hex).BitrateOf(Source));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(131_071)]
    [InlineData(131_073)]
    [InlineData(2_500_000)]
    [InlineData(long.MaxValue)]
    public void ALimitNeverComesOutHigherThanItIs(long limit)
    {
        var buffer = new byte[64];
        long[] read =
        [
            Read(Convert.ToHexString(buffer, 0, RtcpFeedbackWriter.WriteLimit(buffer, 0, Sender, Source, limit, notice: false))).BitrateOf(Source)!.Value,
            Read(Convert.ToHexString(buffer, 0, RtcpFeedbackWriter.WriteEstimate(buffer, 0, Sender, Source, limit))).BitrateOf(Source)!.Value,
        ];
        Assert.All(read, one => Assert.InRange(one, limit - limit / 65_536, limit));
    }

    [Fact]
    public void PaddingIsNoControlInformation() => Assert.Equal(1, Read("A1CD000401020304A1A2A3A4FFFE000300000004").NackCount);

    [Fact]
    public void EveryPrefixIsReadWithoutAFault()
    {
        var compound = Everything();
        for (var length = 0; length <= compound.Length; length++) ReadAll(compound.AsSpan(0, length));
        Assert.Equal(6, ReadAll(compound));
    }

    [Fact]
    public void NoMutationThrows()
    {
        var random = new Random(12);
        var original = Everything();
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = (byte[])original.Clone();
            for (var k = random.Next(1, 6); k > 0; k--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            Assert.InRange(ReadAll(bytes.AsSpan(0, random.Next(bytes.Length + 1))), 0, 40);
        }
    }

    private static byte[] Everything()
    {
        var buffer = new byte[256];
        var length = RtcpFeedbackWriter.WritePictureLoss(buffer, 0, Sender, Source);
        length = RtcpFeedbackWriter.WriteFullIntra(buffer, length, Sender, Source, 7);
        length = RtcpFeedbackWriter.WriteNack(buffer, length, Sender, Source, [(0xFFFE, 3), (0x1234, 0)]);
        length = RtcpFeedbackWriter.WriteLimit(buffer, length, Sender, Source, 640_000, notice: false);
        length = RtcpFeedbackWriter.WriteLimit(buffer, length, Sender, Source, 640_000, notice: true);
        length = RtcpFeedbackWriter.WriteEstimate(buffer, length, Sender, Source, 640_000);
        return buffer[..length];
    }

    private static int ReadAll(ReadOnlySpan<byte> compound)
    {
        var reader = new RtcpReader(compound);
        var count = 0;
        while (reader.TryRead(out var packet))
        {
            count++;
            if (packet.Type is not (RtcpType.TransportFeedback or RtcpType.PayloadFeedback)) continue;
            var feedback = packet.Feedback;
            _ = feedback.AsksForPicture(Source);
            _ = feedback.BitrateOf(Source);
            for (var i = 0; i < feedback.NackCount; i++) _ = feedback.NackAt(i);
        }

        return count;
    }

    private static RtcpFeedback Read(string hex)
    {
        var reader = new RtcpReader(Convert.FromHexString(hex));
        Assert.True(reader.TryRead(out var packet));
        Assert.False(reader.Malformed);
        return packet.Feedback;
    }
}

using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Rtp;

public class RtcpPacketTests
{
    private static readonly RtcpSenderInfo Sender = new(0x8000_0001_4000_0000, 960, 50, 8000);

    private static readonly RtcpReportBlock Block = new(0xCAFE, 64, -3, 0x1_0005, 12, 0x11223344, 65536);

    [Fact]
    public void ReadsTheCompoundItWrote()
    {
        var bytes = Compound();
        var reader = new RtcpReader(bytes);

        Assert.True(reader.TryRead(out var report));
        Assert.Equal(RtcpType.SenderReport, report.Type);
        Assert.Equal(0xBEEFu, report.Ssrc);
        Assert.Equal(Sender, report.SenderInfo);
        Assert.Equal(1, report.Count);
        Assert.Equal(Block, report.Report(0));
        Assert.True(reader.TryRead(out var description));
        Assert.Equal(RtcpType.SourceDescription, description.Type);
        Assert.True(reader.TryRead(out var goodbye));
        Assert.Equal(RtcpType.Goodbye, goodbye.Type);
        Assert.Equal(0xBEEFu, goodbye.Ssrc);
        Assert.False(reader.TryRead(out _));
        Assert.False(reader.Malformed);
    }

    /// <summary>The layout of RFC 3550 §6.5: the chunk ends with at least one zero and fills up to 32 bits.</summary>
    [Theory]
    [InlineData("abc", "81CA0003000000070103616263000000")]
    [InlineData("ab", "81CA000300000007010261620000")]
    public void WritesTheCanonicalNameAsTheRfcLaysItOut(string name, string expectedPrefix)
    {
        var bytes = new byte[64];
        var writer = new RtcpWriter(bytes);
        writer.WriteCanonicalName(7, System.Text.Encoding.ASCII.GetBytes(name));
        Assert.StartsWith(expectedPrefix, Convert.ToHexString(bytes), StringComparison.Ordinal);
        Assert.Equal(16, writer.Length);
    }

    [Fact]
    public void EveryPrefixIsReadWithoutAFault()
    {
        var bytes = Compound();
        for (var length = 0; length < bytes.Length; length++)
        {
            var reader = new RtcpReader(bytes.AsSpan(0, length));
            var packets = 0;
            while (reader.TryRead(out _)) packets++;
            Assert.InRange(packets, 0, 2);
        }
    }

    [Theory]
    [InlineData("81C80001000000010000", "a sender report without its sender information")]
    [InlineData("9FC900010000BEEF", "31 report blocks that are not there")]
    [InlineData("80C900FF0000BEEF", "longer than the datagram")]
    [InlineData("00C900010000BEEF", "version 0")]
    [InlineData("82CB00010000BEEF", "a goodbye of two sources with one")]
    public void RejectsPacketsThatPromiseMoreThanTheyHold(string hex, string why)
    {
        var reader = new RtcpReader(Convert.FromHexString(hex));
        Assert.False(reader.TryRead(out _), why);
        Assert.True(reader.Malformed, why);
    }

    [Fact]
    public void NoMutationThrows()
    {
        var random = new Random(11);
        var original = Compound();
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = (byte[])original.Clone();
            for (var k = random.Next(1, 6); k > 0; k--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var reader = new RtcpReader(bytes.AsSpan(0, random.Next(bytes.Length + 1)));
            while (reader.TryRead(out var packet))
            {
                _ = packet.Ssrc;
                if (packet.Type == RtcpType.SenderReport) _ = packet.SenderInfo;
                if (packet.Type is RtcpType.SenderReport or RtcpType.ReceiverReport)
                    for (var block = 0; block < packet.Count; block++) _ = packet.Report(block);
            }
        }
    }

    private static byte[] Compound()
    {
        var bytes = new byte[256];
        var writer = new RtcpWriter(bytes);
        writer.WriteSenderReport(0xBEEF, Sender, [Block]);
        writer.WriteCanonicalName(0xBEEF, "gateway"u8);
        writer.WriteGoodbye(0xBEEF);
        return bytes[..writer.Length];
    }
}

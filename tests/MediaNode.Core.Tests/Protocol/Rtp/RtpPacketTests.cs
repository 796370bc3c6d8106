using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Rtp;

public class RtpPacketTests
{
    [Fact]
    public void ReadsWhatItWrote()
    {
        var bytes = new byte[RtpPacket.HeaderSize + 3];
        RtpPacket.WriteHeader(bytes, 111, marker: true, 65535, 0x80000001, 0xCAFEBABE);
        new byte[] { 1, 2, 3 }.CopyTo(bytes, RtpPacket.HeaderSize);

        Assert.True(RtpPacket.TryParse(bytes, out var packet));
        Assert.True(packet.Marker);
        Assert.Equal(111, packet.PayloadType);
        Assert.Equal(65535, packet.SequenceNumber);
        Assert.Equal(0x80000001, packet.Timestamp);
        Assert.Equal(0xCAFEBABE, packet.Ssrc);
        Assert.Equal([1, 2, 3], packet.Payload.ToArray());
    }

    [Fact]
    public void StepsOverContributingSourcesExtensionAndPadding()
    {
        byte[] bytes =
        [
            0xB2, 0x00, 0x00, 0x01, 0, 0, 0, 2, 0, 0, 0, 3,
            0, 0, 0, 4, 0, 0, 0, 5,
            0xBE, 0xDE, 0x00, 0x01, 0x10, 0xFF, 0, 0,
            0xAA, 0xBB,
            0, 0, 3,
        ];

        Assert.True(RtpPacket.TryParse(bytes, out var packet));
        Assert.Equal([0xAA, 0xBB], packet.Payload.ToArray());
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("80000001000000020000", "short")]
    [InlineData("400000010000000200000003", "version 1")]
    [InlineData("820000010000000200000003000000040000", "two contributing sources that are not there")]
    [InlineData("900000010000000200000003BEDE0005", "an extension longer than the packet")]
    [InlineData("900000010000000200000003BEDE", "half an extension header")]
    [InlineData("A0000001000000020000000300", "padding of none")]
    [InlineData("A00000010000000200000003FF", "more padding than payload")]
    public void RejectsWhatIsNoPacket(string hex, string why) => Assert.False(RtpPacket.TryParse(Convert.FromHexString(hex), out _), why);

    [Theory]
    [InlineData(10, 12, 2)]
    [InlineData(65534, 3, 5)]
    [InlineData(3, 65534, -5)]
    public void MeasuresTheShorterWayRoundTheCircle(ushort earlier, ushort later, int expected) =>
        Assert.Equal(expected, RtpPacket.Distance(earlier, later));

    [Fact]
    public void NoMutationThrows()
    {
        var random = new Random(7);
        var bytes = new byte[64];
        for (var i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            bytes[0] = (byte)(0x80 | bytes[0] & 0x3F);
            if (RtpPacket.TryParse(bytes.AsSpan(0, random.Next(bytes.Length)), out var packet)) Assert.True(packet.Payload.Length <= 52);
        }
    }
}

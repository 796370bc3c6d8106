using Byon.MediaNode.Core.Protocol;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol;

public class DatagramTests
{
    /// <summary>RFC 7983 §7 and, for RTCP, RFC 5761 §4.</summary>
    [Theory]
    [InlineData(0, 1, DatagramKind.Stun)]
    [InlineData(3, 0, DatagramKind.Stun)]
    [InlineData(4, 0, DatagramKind.Unknown)]
    [InlineData(16, 0, DatagramKind.Unknown)]
    [InlineData(19, 0, DatagramKind.Unknown)]
    [InlineData(20, 0, DatagramKind.Dtls)]
    [InlineData(63, 0, DatagramKind.Dtls)]
    [InlineData(64, 0, DatagramKind.Unknown)]
    [InlineData(127, 0, DatagramKind.Unknown)]
    [InlineData(128, 111, DatagramKind.Rtp)]
    [InlineData(128, 0x80 | 111, DatagramKind.Rtp)]
    [InlineData(128, 191, DatagramKind.Rtp)]
    [InlineData(128, 192, DatagramKind.Rtcp)]
    [InlineData(128, 200, DatagramKind.Rtcp)]
    [InlineData(191, 223, DatagramKind.Rtcp)]
    [InlineData(128, 224, DatagramKind.Rtp)]
    [InlineData(192, 0, DatagramKind.Unknown)]
    public void The_first_bytes_tell_the_protocol(byte first, byte second, DatagramKind kind) => Assert.Equal(kind, Datagram.Classify([first, second, 0]));

    [Fact]
    public void Nothing_and_one_byte_are_unknown()
    {
        Assert.Equal(DatagramKind.Unknown, Datagram.Classify([]));
        Assert.Equal(DatagramKind.Unknown, Datagram.Classify([128]));
    }
}

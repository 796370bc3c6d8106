using System.Net;
using System.Text;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Ice;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Ice;

/// <summary>The sample messages of RFC 5769 §2, and what is no message.</summary>
public class StunMessageTests
{
    private const string Request =
        "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74002400046e0001ff80290008932ff9b151263b36"
        + "000600096576746a3a68367659202020000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf";

    private const string ResponseV4 =
        "0101003c2112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000080001a147e112a643"
        + "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d780280004c07d4c96";

    private const string ResponseV6 =
        "010100482112a442b7e7a701bc34d686fa87dfae8022000b7465737420766563746f7220002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
        + "00080014a382954e4be67bf11784c97c8292c275bfe3ed4180280004c8fb0b4c";

    private const string LongTermRequest =
        "000100602112a44278ad3433c6ad72c029da412e00060012e3839ee38388e383aae38383e382afe382b900000015001c662f2f3439396b39353464364f4c33"
        + "346f4c394653547679363473410014000b6578616d706c652e6f72670000080014f67024656dd64a3e02b8e0712e85c9a28ca89666";

    private static readonly byte[] Password = Encoding.ASCII.GetBytes("VOkJxbRl1RmTxUk/WvJxBt");

    [Fact]
    public void The_sample_request_is_read_and_authenticated()
    {
        Assert.True(StunMessage.TryParse(Convert.FromHexString(Request), out var message));
        Assert.Equal(StunClass.Request, message.Class);
        Assert.Equal("B7E7A701BC34D686FA87DFAE", Convert.ToHexString(message.TransactionId));
        Assert.Equal("evtj", Encoding.ASCII.GetString(message.LocalFragment));
        Assert.True(message.Has(StunAttribute.IceControlled));
        Assert.True(message.HasIntegrity(Password));
        Assert.False(message.HasIntegrity("VOkJxbRl1RmTxUk/WvJxBT"u8));
    }

    [Theory]
    [InlineData(ResponseV4, "192.0.2.1:32853")]
    [InlineData(ResponseV6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853")]
    public void The_sample_responses_give_their_mapped_address(string hex, string address)
    {
        Assert.True(StunMessage.TryParse(Convert.FromHexString(hex), out var message));
        Assert.Equal(StunClass.Success, message.Class);
        Assert.True(message.HasIntegrity(Password));
        Assert.Equal(IPEndPoint.Parse(address), message.MappedAddress());
    }

    /// <summary>We have no long-term credentials: the sample shows that integrity is the same for any key, and that no name in it is taken for ours.</summary>
    [Fact]
    public void The_sample_request_with_long_term_credentials_is_sound_and_names_no_session()
    {
        Assert.True(StunMessage.TryParse(Convert.FromHexString(LongTermRequest), out var message));
        // MD5 of the name, example.org and TheMatrIX, with colons between (RFC 8489 §9.2.2).
        Assert.True(message.HasIntegrity(Convert.FromHexString("e8ca7ad59d5eb0518e312911d2dab2a9")));
        Assert.False(message.HasIntegrity("TheMatrIX"u8));
        Assert.True(message.LocalFragment.IsEmpty);
        var unknown = new ushort[4];
        Assert.Equal([0x0015, 0x0014], unknown[..message.UnknownAttributes(unknown)]);
    }

    [Theory]
    [InlineData("192.0.2.1:32853")]
    [InlineData("[2001:db8::1]:9")]
    public void What_is_written_is_read_back(string address)
    {
        var buffer = new byte[256];
        var writer = new StunWriter(buffer, StunClass.Success, new byte[12]);
        writer.AddMappedAddress(IPEndPoint.Parse(address));
        var length = writer.Finish(Password);
        Assert.True(StunMessage.TryParse(buffer.AsSpan(0, length), out var message));
        Assert.True(message.HasIntegrity(Password));
        Assert.Equal(IPEndPoint.Parse(address), message.MappedAddress());
    }

    [Fact]
    public void The_mapped_address_is_written_as_in_the_sample()
    {
        var expected = Convert.FromHexString(ResponseV4);
        var buffer = new byte[256];
        var writer = new StunWriter(buffer, StunClass.Success, expected.AsSpan(8, 12));
        writer.AddMappedAddress(IPEndPoint.Parse("192.0.2.1:32853"));
        writer.Finish(Password);
        Assert.Equal(expected[36..48], buffer[20..32]);
    }

    [Fact]
    public void Attributes_behind_the_integrity_are_not_believed()
    {
        var buffer = new byte[256];
        var writer = new StunWriter(buffer, StunClass.Request, new byte[12]);
        writer.Add(StunAttribute.Username, "a:b"u8);
        var length = writer.Finish(Password) - 8;
        // UseCandidate in the place of FINGERPRINT, as an attacker on the path could put it.
        byte[] forged = [.. buffer[..length], 0x00, 0x25, 0x00, 0x00];
        forged[3] = (byte)(forged.Length - 20);
        Assert.True(StunMessage.TryParse(forged, out var message));
        Assert.True(message.HasIntegrity(Password));
        Assert.False(message.Has(StunAttribute.UseCandidate));
    }

    [Fact]
    public void Prefixes_are_not_messages()
    {
        var bytes = Convert.FromHexString(Request);
        for (var length = 0; length < bytes.Length; length++) Assert.False(StunMessage.TryParse(bytes.AsSpan(0, length), out _));
    }

    [Fact]
    public void Any_changed_byte_up_to_the_fingerprint_is_noticed()
    {
        var bytes = Convert.FromHexString(Request);
        // FINGERPRINT's own header is not covered by anything.
        for (var at = 0; at < bytes.Length - 8; at++)
        {
            bytes[at] ^= 0x01;
            Assert.False(StunMessage.TryParse(bytes, out var message) && message.HasIntegrity(Password));
            bytes[at] ^= 0x01;
        }
    }

    [Fact]
    public void Mutated_messages_never_throw()
    {
        var entropy = new EntropySource(new byte[32]);
        var agent = new IceLiteAgent(new IceCredentials("evtj", "VOkJxbRl1RmTxUk/WvJxBt"));
        var remote = IPEndPoint.Parse("192.0.2.1:5000");
        Span<ushort> unknown = stackalloc ushort[4];
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = Convert.FromHexString(round % 2 == 0 ? Request : ResponseV6);
            // FINGERPRINT is cut off, so that the walk over the attributes is what meets the damage.
            if (round % 3 == 0) bytes = bytes[..^8];
            for (var change = entropy.NextUInt32() % 4; change < 4; change++) bytes[entropy.NextUInt32() % bytes.Length] = (byte)entropy.NextUInt32();
            bytes[3] = (byte)(bytes.Length - 20);
            if (StunMessage.TryParse(bytes, out var message))
            {
                message.MappedAddress();
                message.ErrorCode();
                message.UnknownAttributes(unknown);
                Assert.False(message.HasIntegrity("wrong"u8));
            }
            agent.Receive(default, remote, bytes);
            while (agent.TryDequeue(out var response)) Assert.True(StunMessage.TryParse(response.Datagram.Span, out _));
        }
        Assert.Null(agent.Selected);
    }
}

using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Messages;

public class SipStreamFramerTests
{
    private static readonly byte[] Message = SipText.Bytes(SipText.Invite.Replace("Content-Length: 0", "Content-Length: 4", StringComparison.Ordinal) + "body");

    [Fact]
    public void Messages_are_cut_alike_whole_together_and_byte_by_byte()
    {
        byte[] stream = [.. "\r\n\r\n"u8, .. Message, .. Message, .. "\r\n"u8, .. Message];
        foreach (var step in (int[])[1, 2, 7, 100, stream.Length])
        {
            var framer = new SipStreamFramer(SipLimits.Default);
            var cut = new List<byte[]>();
            foreach (var chunk in stream.Chunk(step))
            {
                framer.Append(chunk);
                while (framer.TryNext(out var message)) cut.Add(message.ToArray());
            }

            Assert.Equal([Message, Message, Message], cut);
            Assert.Equal(0, framer.Buffered);
        }
    }

    [Fact]
    public void A_long_lived_connection_keeps_nothing()
    {
        var framer = new SipStreamFramer(SipLimits.Default);
        for (var i = 0; i < 2000; i++)
        {
            framer.Append(Message);
            Assert.True(framer.TryNext(out _));
            framer.Append("\r\n\r\n"u8);
            Assert.False(framer.TryNext(out _));
        }

        Assert.Equal(0, framer.Buffered);
    }

    [Theory]
    [InlineData("Content-Length: 4\r\n", "", SipRejection.MissingContentLength)]
    [InlineData("Content-Length: 4", "Content-Length: -4", SipRejection.BadContentLength)]
    [InlineData("INVITE sip:", "GET /", SipRejection.BadRequestUri)]
    public void After_nonsense_a_stream_is_over(string part, string broken, SipRejection expected)
    {
        var text = System.Text.Encoding.UTF8.GetString(Message).Replace(part, broken, StringComparison.Ordinal);
        var framer = new SipStreamFramer(SipLimits.Default);
        framer.Append(System.Text.Encoding.UTF8.GetBytes(text));
        Assert.False(framer.TryNext(out _));
        Assert.Equal(expected, framer.Rejection);
        framer.Append(Message);
        Assert.False(framer.TryNext(out _));
    }

    [Fact]
    public void An_endless_head_is_rejected_before_it_fills_the_memory()
    {
        var framer = new SipStreamFramer(SipLimits.Default);
        for (var i = 0; i < 1000 && framer.Rejection == SipRejection.None; i++)
        {
            framer.Append("X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n"u8);
            Assert.False(framer.TryNext(out _));
        }

        Assert.Equal(SipRejection.TooLong, framer.Rejection);
        Assert.InRange(framer.Buffered, 0, SipLimits.Default.HeaderBytes + 200);
    }
}

using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sdp;
using static Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp.SdpSamples;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sdp;

public class SdpParserTests
{
    private static SdpFault? Fault(string text) => SdpParser.TryParse(text, out _, out var why) ? null : why.Fault;

    [Fact]
    public void Attributes_and_connections_belong_to_their_section()
    {
        Assert.True(SdpParser.TryParse(Chrome, out var session, out _));
        Assert.Equal(["audio", "video", "application"], session.Media.Select(m => m.Kind));
        Assert.Equal("BUNDLE 0 1 2", session.Value("group"));
        Assert.Equal(["0", "1", "2"], session.Media.Select(m => m.Value("mid")!));
        Assert.Null(session.Connection);
        Assert.Equal("IN IP4 0.0.0.0", session.Media[2].Connection);
        Assert.Equal(["webrtc-datachannel"], session.Media[2].Formats);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\r\n")]
    [InlineData("hello")]
    [InlineData("v=1\r\no=- 1 1 IN IP4 1.1.1.1\r\n")]
    [InlineData("v=0\r\ns=-\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\n\r\nm=audio 9 RTP/AVP 0\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\nv=0\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\nm=audio\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\nm=audio -1 RTP/AVP 0\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\nm=au<dio 9 RTP/AVP 0\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\na=b\0d\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\na=\r\n")]
    [InlineData("v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\nX\r\n")]
    public void Text_that_is_no_description_is_malformed(string text) => Assert.Equal(SdpFault.Malformed, Fault(text));

    [Fact]
    public void Size_is_limited_in_length_lines_sections_and_formats()
    {
        const string head = "v=0\r\no=- 1 1 IN IP4 1.1.1.1\r\ns=-\r\n";
        Assert.Equal(SdpFault.TooLong, Fault(head + "a=" + new string('x', SdpParser.MaxLength)));
        Assert.Equal(SdpFault.TooLong, Fault(head + string.Concat(Enumerable.Repeat("a=x\n", 5_000))));
        Assert.Equal(SdpFault.Malformed, Fault(head + string.Concat(Enumerable.Repeat("m=audio 9 RTP/AVP 0\r\n", 33))));
        Assert.Equal(SdpFault.Malformed, Fault(head + "m=audio 9 RTP/AVP" + string.Concat(Enumerable.Repeat(" 0", 257)) + "\r\n"));
        Assert.Null(Fault(head + string.Concat(Enumerable.Repeat("m=audio 9 RTP/AVP 0\r\n", 32))));
    }

    [Fact]
    public void Every_prefix_of_an_offer_is_read_or_rejected()
    {
        for (var length = 0; length <= Chrome.Length; length++) Use(Chrome[..length]);
    }

    [Fact]
    public void Mutated_descriptions_never_throw_and_never_smuggle_lines()
    {
        var entropy = new EntropySource(new byte[32]);
        for (var round = 0; round < 3_000; round++)
        {
            var text = (round % 3 == 0 ? Chrome : round % 3 == 1 ? Firefox : Phone).ToCharArray();
            for (var change = entropy.NextUInt32() % 6; change <= 6; change++)
                text[entropy.NextUInt32() % text.Length] = "\r\n\0 =:/a0\u00ff\u2028"[(int)(entropy.NextUInt32() % 11)];
            Use(new string(text));
        }
    }

    /// <summary>Runs the text through every door; what we answer must itself be a description.</summary>
    private static void Use(string text)
    {
        if (WebRtcOfferAnswer.TryAnswer(text, Local, Origin, MediaDirection.SendReceive, out var answer, out _, out _)) Assert.Null(Fault(answer));
        WebRtcOfferAnswer.TryReadAnswer(text, MediaDirection.SendReceive, out _, out _);
        Assert.Null(Fault(WebRtcOfferAnswer.WriteOffer(Local, Origin, MediaDirection.SendReceive, peerDescription: text)));
        AudioCodec[] codecs = [AudioCodec.Pcmu, AudioCodec.AmrWb, AudioCodec.Amr];
        if (ImsOfferAnswer.TryAnswer(text, Local, Origin, MediaDirection.SendReceive, codecs, out answer, out _, out _)) Assert.Null(Fault(answer));
        ImsOfferAnswer.TryReadAnswer(text, MediaDirection.SendReceive, codecs, out _, out _);
    }
}

using System.Text;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Messages;

public class SipParserTests
{
    /// <summary>The themes of RFC 4475 §3.1.1.1: folding, compact forms, odd spacing and case, escapes, unknown headers.</summary>
    private const string Tortuous = """
        INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0
        TO :
         sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n
        f   : "J Rosenberg \\\""       <sip:jdrosen@example.com>
          ;
          tag = 98asjd8
        MaX-fOrWaRdS: 0068
        i: 0ha0isndaksdj99sdfafnl3lk233412
        cseq: 0009
          INVITE
        v  : SIP  /   2.0
         /UDP
            192.0.2.2;branch=z9hG4bK390skdjuw
        s :
        NewFangledHeader:   newfangled value
         continued newfangled value
        UnknownHeaderWithUnusualValue: ;;,,;;,;
        c: application/sdp
        Route:
         <sip:services.example.com;lr;unknownwith=value;unknown-no-value>
        Via : SIP/2.0/TCP spindle.example.com ;
          branch  =   z9hG4bK9ikj8  ,
         SIP  /    2.0   / UDP  192.168.255.111   ; branch=
         z9hG4bK30239
        m:"Quoted string \"\"" <sip:jdrosen@example.com>;newparam = newvalue ;
          secondparam ; q = 0.33
        l: 5

        v=0
        and more
        """;

    [Fact]
    public void A_tortuous_but_valid_INVITE_is_read()
    {
        var invite = Assert.IsType<SipRequest>(SipText.Parse(Tortuous));
        Assert.Equal("1918181833n", invite.To.Tag);
        Assert.Equal("J Rosenberg \\\"", invite.From.DisplayName);
        Assert.Equal("98asjd8", invite.From.Tag);
        Assert.Equal(68u, invite.Number("Max-Forwards"));
        Assert.Equal(new CSeqHeader(9, "INVITE"), invite.CSeq);
        Assert.Equal("z9hG4bK390skdjuw", invite.TopVia.Branch);
        Assert.Equal(3, invite.Headers.Values("Via").Count);
        Assert.Equal("newfangled value continued newfangled value", invite.Headers["NewFangledHeader"]);
        Assert.Equal("", invite.Headers["Subject"]);
        Assert.Equal("0.33", invite.Contact?.Parameters["q"]);
        Assert.Equal("v=0\r\n", invite.Sdp);
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        var first = SipText.Parse(Tortuous);
        var second = SipText.Parse(SipText.Write(first));
        Assert.Equal(first.Headers.Where(h => h.Name != "Content-Length"), second.Headers.Where(h => h.Name != "Content-Length"));
        Assert.Equal(first.Body.ToArray(), second.Body.ToArray());
    }

    [Fact]
    public void A_response_may_have_an_empty_or_long_phrase()
    {
        const string Rest = "\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\nFrom: <sip:a@b>;tag=1\nTo: <sip:c@d>\nCall-ID: x\nCSeq: 1 INVITE\n\n";
        Assert.Equal("", Assert.IsType<SipResponse>(SipText.Parse("SIP/2.0 100 " + Rest)).Phrase);
        Assert.Equal("Sí, = 2**3 * 9", Assert.IsType<SipResponse>(SipText.Parse("sip/2.0 200 Sí, = 2**3 * 9" + Rest)).Phrase);
    }

    [Theory]
    [InlineData("INVITE ", "INVITE  ", SipRejection.BadStartLine)]
    [InlineData("INVITE sip:c700@127.0.0.1:5002 SIP/2.0", "INVITE <sip:a@b> SIP/2.0", SipRejection.BadRequestUri)]
    [InlineData("INVITE sip:c700@127.0.0.1:5002 SIP/2.0", "INVITE sip:a@b SIP/7.0", SipRejection.UnsupportedVersion)]
    [InlineData("INVITE sip:c700@127.0.0.1:5002 SIP/2.0", "INVITE sip:a@b", SipRejection.BadStartLine)]
    [InlineData("INVITE sip:c700@127.0.0.1:5002 SIP/2.0", "SIP/2.0 4294967301 OK", SipRejection.BadStartLine)]
    [InlineData("INVITE sip:c700@127.0.0.1:5002 SIP/2.0", "SIP/2.0 099 OK", SipRejection.BadStartLine)]
    [InlineData("Max-Forwards: 70", "Max-Forwards 70", SipRejection.BadHeaderLine)]
    [InlineData("Max-Forwards: 70", ": 70", SipRejection.BadHeaderLine)]
    [InlineData("Max-Forwards: 70", "Max Forwards: 70", SipRejection.BadHeaderLine)]
    [InlineData("Max-Forwards: 70", "Max-Forwards: 70\0", SipRejection.BadEncoding)]
    [InlineData("Max-Forwards: 70", "Call-ID: another", SipRejection.DuplicateHeader)]
    [InlineData("Max-Forwards: 70", "i: another", SipRejection.DuplicateHeader)]
    [InlineData("Content-Length: 0", "Content-Length: -999", SipRejection.BadContentLength)]
    [InlineData("Content-Length: 0", "Content-Length: 99999999999", SipRejection.BadContentLength)]
    [InlineData("Content-Length: 0", "Content-Length: 9999999", SipRejection.TooLong)]
    [InlineData("Content-Length: 0", "Content-Length: 1", SipRejection.Truncated)]
    [InlineData("CSeq: 7 INVITE\n", "", SipRejection.MissingHeader)]
    [InlineData("CSeq: 7 INVITE", "CSeq: 7 OPTIONS", SipRejection.CSeqMethodMismatch)]
    [InlineData("CSeq: 7 INVITE", "CSeq: 36893488147419103232 INVITE", SipRejection.BadCSeq)]
    [InlineData(";branch=z9hG4bKinvite1", "", SipRejection.MissingBranch)]
    [InlineData("z9hG4bKinvite1", "old-style", SipRejection.MissingBranch)]
    [InlineData("SIP/2.0/UDP 127.0.0.1:5009", "SIP/2.0/UDP ;;,;,,", SipRejection.BadVia)]
    [InlineData(";tag=ana", "", SipRejection.BadFrom)]
    [InlineData("\"Ana\" <sip:+34600@ims.test>", "\"Ana <sip:+34600@ims.test>", SipRejection.BadFrom)]
    [InlineData("To: <sip:+34700@ims.test>", "To: <sip:+34700@ims.test", SipRejection.BadTo)]
    [InlineData("Call-ID: call-1", "Call-ID: call 1", SipRejection.BadCallId)]
    [InlineData("Call-ID: call-1", "Call-ID:", SipRejection.BadCallId)]
    public void A_broken_message_is_rejected_by_name(string part, string broken, SipRejection expected) =>
        Assert.Equal(expected, SipText.Rejection(SipText.Invite.Replace(part, broken, StringComparison.Ordinal)));

    [Fact]
    public void Bytes_that_are_no_text_are_rejected()
    {
        var bytes = SipText.Bytes(SipText.Invite);
        bytes[^10] = 0xff;
        Assert.False(SipParser.TryParseDatagram(bytes, SipLimits.Default, out _, out var why));
        Assert.Equal(SipRejection.BadEncoding, why);
    }

    [Fact]
    public void Line_feeds_alone_do_not_end_lines()
    {
        var bytes = Encoding.UTF8.GetBytes(SipText.Invite.ReplaceLineEndings("\n"));
        Assert.False(SipParser.TryParseDatagram(bytes, SipLimits.Default, out _, out _));
    }

    [Fact]
    public void Too_many_too_long_and_endless_headers_are_rejected()
    {
        string With(string header) => SipText.Invite.Replace("Max-Forwards: 70\n", header, StringComparison.Ordinal);
        Assert.Equal(SipRejection.TooManyHeaders, SipText.Rejection(With(string.Concat(Enumerable.Repeat("X: y\n", 300)))));
        Assert.Equal(SipRejection.LineTooLong, SipText.Rejection(With($"X: {new string('y', 9000)}\n")));
        Assert.Equal(SipRejection.LineTooLong, SipText.Rejection(With($"X: y\n{string.Concat(Enumerable.Repeat($" {new string('y', 100)}\n", 100))}")));
        Assert.Equal(SipRejection.TooLong, SipText.Rejection(With(string.Concat(Enumerable.Repeat($"X: {new string('y', 5000)}\n", 10)))));
        Assert.Equal(SipRejection.TooLong, SipText.Rejection(new string('y', 40_000)));
    }

    [Fact]
    public void Every_prefix_of_a_message_is_truncated_in_a_datagram_and_needs_more_on_a_stream()
    {
        var bytes = SipText.Bytes(Tortuous[..(Tortuous.IndexOf("v=0", StringComparison.Ordinal) + 4)]);
        Assert.Equal(SipParseOutcome.Done, SipParser.Parse(bytes, SipLimits.Default, true, out _, out var length, out _));
        Assert.Equal(bytes.Length, length);
        for (var n = 1; n < bytes.Length; n++)
        {
            Assert.False(SipParser.TryParseDatagram(bytes.AsSpan(0, n), SipLimits.Default, out _, out var why));
            Assert.Equal(SipRejection.Truncated, why);
            Assert.Equal(SipParseOutcome.NeedMore, SipParser.Parse(bytes.AsSpan(0, n), SipLimits.Default, true, out _, out _, out _));
        }
    }

    [Fact]
    public void No_message_with_one_byte_changed_makes_the_parser_throw()
    {
        var bytes = SipText.Bytes(Tortuous);
        var accepted = 0;
        for (var at = 0; at < bytes.Length; at++)
        {
            foreach (var value in (byte[])[0, 9, 10, 13, 32, 34, 44, 58, 59, 60, 61, 62, 64, 91, 92, 93, 255])
            {
                var broken = bytes.ToArray();
                broken[at] = value;
                if (!SipParser.TryParseDatagram(broken, SipLimits.Default, out var message, out _)) continue;
                accepted++;
                _ = (message.TopVia, message.From, message.To, message.CSeq, message.Contact, message.ReasonCause, message.Sdp);
                SipText.Parse(SipText.Write(message));
            }
        }

        Assert.InRange(accepted, 1, bytes.Length * 17 - 1);
    }

    [Theory]
    [InlineData("SIP;cause=200;text=\"Call completed elsewhere\"", 200)]
    [InlineData("Q.850;cause=16, SIP ;cause=487", 487)]
    [InlineData("Q.850;cause=16", null)]
    [InlineData("SIP;text=\"x\"", null)]
    [InlineData(";;,", null)]
    public void The_cause_of_a_Reason_is_read(string reason, int? cause) =>
        Assert.Equal(cause, SipText.Parse(SipText.Invite.Replace("Max-Forwards: 70", "Reason: " + reason, StringComparison.Ordinal)).ReasonCause);
}

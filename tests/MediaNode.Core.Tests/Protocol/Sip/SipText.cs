using System.Text;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip;

/// <summary>Messages written by hand: line ends become CRLF.</summary>
internal static class SipText
{
    public const string Invite = """
        INVITE sip:c700@127.0.0.1:5002 SIP/2.0
        Via: SIP/2.0/UDP 127.0.0.1:5009;branch=z9hG4bKinvite1;rport
        Max-Forwards: 70
        From: "Ana" <sip:+34600@ims.test>;tag=ana
        To: <sip:+34700@ims.test>
        Call-ID: call-1
        CSeq: 7 INVITE
        Contact: <sip:ana@127.0.0.1:5009>
        Content-Length: 0


        """;

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\r\n"));

    public static SipMessage Parse(string text)
    {
        Assert.True(SipParser.TryParseDatagram(Bytes(text), SipLimits.Default, out var message, out var why), why.ToString());
        return message;
    }

    public static SipRejection Rejection(string text)
    {
        Assert.False(SipParser.TryParseDatagram(Bytes(text), SipLimits.Default, out _, out var why));
        return why;
    }

    public static string Write(SipMessage message) => Encoding.UTF8.GetString(SipWriter.Write(message).Span);
}

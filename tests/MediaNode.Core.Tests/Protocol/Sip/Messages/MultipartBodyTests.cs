using System.Text;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Messages;

public class MultipartBodyTests
{
    private const string Parts =
        "preamble\r\n--b 1\r\nContent-Type: application/isup\r\n\r\n\u0001\u0002\r\n--b 1\r\ncontent-type : Application/SDP; x=y\r\nContent-Disposition: session\r\n\r\nv=0\r\ns=-\r\n\r\n--b 1--\r\n";

    [Theory]
    [InlineData("multipart/mixed;boundary=\"b 1\"", Parts, "v=0\r\ns=-\r\n")]
    [InlineData("Multipart/Mixed ; Boundary = b", "--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b--", "v=0")]
    [InlineData("multipart/mixed;boundary=b", "--b\r\nContent-Type: text/plain\r\n\r\nv=0\r\n--b--", null)]
    [InlineData("multipart/mixed;boundary=b", "--b\r\nContent-Type: application/sdp\r\n\r\nv=0", null)]
    [InlineData("multipart/mixed;boundary=b", "--b\r\nContent-Type: application/sdp\r\nv=0\r\n--b--", null)]
    [InlineData("multipart/mixed;boundary=b", "--b--\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b--", null)]
    [InlineData("multipart/mixed;boundary=c", Parts, null)]
    [InlineData("multipart/mixed", Parts, null)]
    public void SDP_is_found_beside_other_parts(string contentType, string body, string? sdp)
    {
        var message = new SipRequest(SipMethods.Invite, new SipUri("sip:a@b"));
        message.SetBody(contentType, Encoding.UTF8.GetBytes(body));
        Assert.Equal(sdp, message.Sdp);
    }

    [Fact]
    public void Thousands_of_parts_are_not_looked_at()
    {
        var body = string.Concat(Enumerable.Repeat("--b\r\n\r\n\r\n", 5000)) + "--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--b--";
        var message = new SipRequest(SipMethods.Invite, new SipUri("sip:a@b"));
        message.SetBody("multipart/mixed;boundary=b", Encoding.UTF8.GetBytes(body));
        Assert.Null(message.Sdp);
    }
}

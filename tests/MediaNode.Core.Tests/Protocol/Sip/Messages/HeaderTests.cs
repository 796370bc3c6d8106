using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Messages;

public class HeaderTests
{
    [Theory]
    [InlineData("sip:a@b;tag=1", null, "sip:a@b", "1")]
    [InlineData("<sip:a@b;lr>;tag=1", null, "sip:a@b;lr", "1")]
    [InlineData("Ana María <sip:a@b> ; tag=1", "Ana María", "sip:a@b", "1")]
    [InlineData("\"A \\\"B\\\" \\\\ <C>, D\" <sip:a@b>", "A \"B\" \\ <C>, D", "sip:a@b", null)]
    [InlineData("\"\"<sip:a@b>;tag=x;y=\"q;r\"", null, "sip:a@b", "x")]
    [InlineData("<tel:+34600>", null, "tel:+34600", null)]
    public void An_address_with_a_name_and_parameters_is_read(string text, string? name, string uri, string? tag)
    {
        Assert.True(NameAddress.TryParse(text, out var address));
        Assert.Equal((name, uri, tag), (address.DisplayName, address.Uri.Text, address.Tag));
        Assert.True(NameAddress.TryParse(address.ToString(), out var again));
        Assert.Equal((name, uri, tag), (again.DisplayName, again.Uri.Text, again.Tag));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<sip:a@b")]
    [InlineData("\"Ana <sip:a@b>")]
    [InlineData("\"Ana\" sip:a@b")]
    [InlineData("An;a <sip:a@b>")]
    [InlineData("<sip:a@b> tag=1")]
    [InlineData("<sip:a@b>;=1")]
    [InlineData("Ana <>")]
    public void A_broken_address_is_not_accepted(string text) => Assert.False(NameAddress.TryParse(text, out _));

    [Fact]
    public void A_display_name_cannot_break_out_of_its_header()
    {
        var address = new NameAddress("x\"\r\nRoute: <sip:evil>", new("sip:a@b"), SipParameters.Empty);
        Assert.Equal("\"x\\\"Route: <sip:evil>\" <sip:a@b>", address.ToString());
    }

    [Theory]
    [InlineData("SIP/2.0/UDP host:5070;branch=z9hG4bKx;rport", "UDP", "host", 5070, "z9hG4bKx")]
    [InlineData("SIP / 2.0 / TCP  [::1] : 5061 ; branch = z9hG4bKx", "TCP", "[::1]", 5061, "z9hG4bKx")]
    [InlineData("sip/2.0/udp 192.0.2.1", "UDP", "192.0.2.1", 0, null)]
    public void A_Via_is_read(string text, string transport, string host, int port, string? branch)
    {
        Assert.True(ViaHeader.TryParse(text, out var via));
        Assert.Equal((transport, host, port, branch), (via.Transport, via.Host, via.Port, via.Branch));
    }

    [Theory]
    [InlineData("SIP/3.0/UDP host")]
    [InlineData("SIP/2.0/UDP")]
    [InlineData("SIP/2.0 host")]
    [InlineData("SIP/2.0/UDP host:x")]
    [InlineData("SIP/2.0/UDP ho/st")]
    [InlineData("SIP/2.0/UDP host;branch=\"open")]
    public void A_broken_Via_is_not_accepted(string text) => Assert.False(ViaHeader.TryParse(text, out _));

    [Theory]
    [InlineData("0 INVITE", 0u)]
    [InlineData("2147483647   INVITE", 2147483647u)]
    public void A_CSeq_is_read(string text, uint number)
    {
        Assert.True(CSeqHeader.TryParse(text, out var cseq));
        Assert.Equal(new CSeqHeader(number, "INVITE"), cseq);
    }

    [Theory]
    [InlineData("2147483648 INVITE")]
    [InlineData("-1 INVITE")]
    [InlineData("1")]
    [InlineData("1 IN VITE")]
    [InlineData("1 INV<ITE")]
    public void A_broken_CSeq_is_not_accepted(string text) => Assert.False(CSeqHeader.TryParse(text, out _));

    [Fact]
    public void A_list_is_divided_at_its_own_commas_only()
    {
        var headers = new SipHeaders();
        headers.Add("Contact", "\"a, b\\\" c\" <sip:x@y?a=b,c>, <sip:z@y>;q=0.1 ,, sip:w@y");
        headers.Add("contact", "<sip:last@y>");
        Assert.Equal(["\"a, b\\\" c\" <sip:x@y?a=b,c>", "<sip:z@y>;q=0.1", "sip:w@y", "<sip:last@y>"], headers.Values("CONTACT"));
    }

    [Fact]
    public void Headers_keep_their_order()
    {
        var headers = new SipHeaders();
        headers.Add("Via", "2");
        headers.Add("From", "f");
        headers.Prepend("Via", "1");
        headers.Set("From", "g");
        headers.Add("X", "x");
        Assert.Equal(["Via:1", "Via:2", "From:g", "X:x"], headers.Select(h => $"{h.Name}:{h.Value}"));
    }

    [Fact]
    public void A_value_of_two_lines_is_a_fault_of_ours() =>
        Assert.Throws<ArgumentException>(() => new SipHeaders().Add("X", "a\r\nY: b"));
}

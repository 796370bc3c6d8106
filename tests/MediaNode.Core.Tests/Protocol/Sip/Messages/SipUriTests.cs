using System.Text.Json;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.Tests.MediaNode.Core.Tests.Protocol.Sip.Messages;

public class SipUriTests
{
    [Theory]
    [InlineData("sip:alice@atlanta.example", "sip", "alice", "atlanta.example", 0)]
    [InlineData("sip:alice:secret@atlanta.example:5070", "sip", "alice", "atlanta.example", 5070)]
    [InlineData("SIPS:alice@[2001:db8::9]:5061;transport=tls?Subject=x", "sips", "alice", "[2001:db8::9]", 5061)]
    [InlineData("sip:+34600111222;phone-context=x@ims.test;user=phone", "sip", "+34600111222;phone-context=x", "ims.test", 0)]
    [InlineData("sip:a;b?c@host", "sip", "a;b?c", "host", 0)]
    [InlineData("sip:127.0.0.1", "sip", null, "127.0.0.1", 0)]
    [InlineData("tel:+34-600-111", "tel", "+34-600-111", "", 0)]
    [InlineData("urn:service:sos", "urn", null, "", 0)]
    public void Its_parts_are_read(string text, string scheme, string? user, string host, int port)
    {
        Assert.True(SipUri.TryParse(text, out var uri));
        Assert.Equal((scheme, user, host, port), (uri.Scheme, uri.User, uri.Host, uri.Port));
        Assert.Equal(text, uri.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("alice@atlanta.example")]
    [InlineData(":alice")]
    [InlineData("sip:")]
    [InlineData("sip:@host")]
    [InlineData("sip:a@b@c")]
    [InlineData("sip:alice@host:0")]
    [InlineData("sip:alice@host:65536")]
    [InlineData("sip:alice@host:5060x")]
    [InlineData("sip:alice@[::1")]
    [InlineData("sip:alice@[zz]")]
    [InlineData("sip:alice@ho st")]
    [InlineData("sip:alice@host;;")]
    [InlineData("sip:al%4@host")]
    [InlineData("sip:al%zz@host")]
    [InlineData("sip:alice@host\r\nX: y")]
    [InlineData("sip:alicé@host")]
    [InlineData("tel:")]
    [InlineData("tel:+")]
    [InlineData("tel:+34x")]
    public void What_is_no_address_is_not_accepted(string text) => Assert.False(SipUri.TryParse(text, out _));

    [Theory]
    [InlineData("tel:+34-600.111(222)", "+34600111222")]
    [InlineData("sip:+34600111222;phone-context=x@ims.test;user=phone", "+34600111222")]
    [InlineData("sip:%2B34600111222@ims.test", "+34600111222")]
    [InlineData("sip:*21%23@ims.test", "*21#")]
    [InlineData("sip:alice@ims.test", null)]
    [InlineData("sip:3+4@ims.test", null)]
    [InlineData("sip:ims.test", null)]
    public void A_telephone_number_loses_its_separators(string text, string? number) =>
        Assert.Equal(number, new SipUri(text).TelephoneNumber);

    [Fact]
    public void Parameters_are_found_without_case()
    {
        var uri = new SipUri("sip:p@host;LR;Transport=TCP");
        Assert.True(uri.IsLooseRouter);
        Assert.Equal("tcp", uri.Transport);
    }

    [Fact]
    public void A_saved_address_is_its_text()
    {
        var json = JsonSerializer.Serialize(new SipUri("sip:a@b"));
        Assert.Equal("\"sip:a@b\"", json);
        Assert.Equal(new SipUri("sip:a@b"), JsonSerializer.Deserialize<SipUri>(json));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<SipUri>("\"nonsense\""));
    }
}

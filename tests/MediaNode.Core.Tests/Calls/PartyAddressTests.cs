using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Protocol.Sip;

namespace Byon.Tests.MediaNode.Core.Tests.Calls;

public class PartyAddressTests
{
    [Theory]
    [InlineData("tel:+34600111222", "sip:+34600111222@ims.example;user=phone")]
    [InlineData("tel:112;phone-context=+34", "sip:112;phone-context=+34@ims.example;user=phone")]
    [InlineData("tel:*31#600111222;phone-context=op.com", "sip:*31%23600111222;phone-context=op.com@ims.example;user=phone")]
    [InlineData("sip:*31#600111222;phone-context=op.com@op.com;user=phone", "sip:*31%23600111222;phone-context=op.com@op.com;user=phone")]
    [InlineData("sip:alice@example.com", "sip:alice@example.com")]
    [InlineData("urn:service:sos.police", "urn:service:sos.police")]
    public void An_address_of_the_api_becomes_a_request_uri(string address, string uri) =>
        Assert.Equal(uri, PartyAddress.ToRequestUri(address, "ims.example")?.Text);

    [Theory]
    [InlineData("nonsense")]
    [InlineData("tel:+34 600")]
    [InlineData("")]
    public void What_is_no_address_becomes_none(string address) => Assert.Null(PartyAddress.ToRequestUri(address, "ims.example"));

    [Theory]
    [InlineData("sip:+34600111222@ims.example;user=phone", "tel:+34600111222")]
    [InlineData("sip:+34-600-111-222@10.0.0.1:5060", "tel:+34600111222")]
    [InlineData("tel:+34600111222", "tel:+34600111222")]
    [InlineData("sip:alice@example.com:5080;transport=tcp", "sip:alice@example.com")]
    [InlineData("sip:112;phone-context=op.com@op.com;user=phone", "tel:112;phone-context=op.com")]
    [InlineData("sip:*31%23600;phone-context=+34@10.0.0.1;user=phone", "tel:*31#600;phone-context=+34")]
    [InlineData("tel:112;phone-context=op.com", "tel:112;phone-context=op.com")]
    [InlineData("sip:112;phone-context=+@10.0.0.1;user=phone", PartyAddress.Anonymous)]
    [InlineData("sip:112;phone-context=-x.com@10.0.0.1;user=phone", PartyAddress.Anonymous)]
    [InlineData("tel:112", PartyAddress.Anonymous)]
    [InlineData("sip:alice@10.0.0.1", PartyAddress.Anonymous)]
    [InlineData("sip:host-only.example", PartyAddress.Anonymous)]
    [InlineData("sip:anonymous@anonymous.invalid", PartyAddress.Anonymous)]
    public void A_party_of_the_ims_becomes_an_address_of_the_api(string uri, string address) =>
        Assert.Equal(address, PartyAddress.FromIms(new SipUri(uri), isWithheld: false));

    [Fact]
    public void A_withheld_caller_is_anonymous() =>
        Assert.Equal(PartyAddress.Anonymous, PartyAddress.FromIms(new SipUri("sip:+34600111222@ims.example"), isWithheld: true));
}

using Byon.Functions.CallHandling;

namespace Byon.Tests.Functions.Tests.CallHandling;

public sealed class CallAddressTests
{
    [Theory]
    [InlineData("tel:+11234567899")]
    [InlineData("tel:112;phone-context=+34")]
    [InlineData("tel:*31#600111222;phone-context=op.com")]
    [InlineData("sip:112;phone-context=op.com@op.com;user=phone")]
    [InlineData("sip:+34600111222@op.com")]
    [InlineData("sip:alice.b-c_d!%@sub.op.com")]
    [InlineData("urn:service:sos")]
    [InlineData("urn:service:sos.police")]
    [InlineData("sip:anonymous@anonymous.invalid")]
    public void AnAddressOfTheDefinitionIsValid(string address) => Assert.True(CallAddress.IsValid(address));

    [Theory]
    [InlineData("")]
    [InlineData("tel:+0123456")]
    [InlineData("tel:+1234")]
    [InlineData("tel:+1234567890123456")]
    [InlineData("tel:112")]
    [InlineData("112")]
    [InlineData("+34600111222")]
    [InlineData("tel:112;phone-context=op")]
    [InlineData("sip:+34600111222@op.com;user=phone")]
    [InlineData("sip:alice@10.0.0.1")]
    [InlineData("sip:alice@host:5060")]
    [InlineData("sips:alice@op.com")]
    [InlineData("urn:service:SOS")]
    [InlineData("tel:+34600111222\n")]
    [InlineData(" tel:+34600111222")]
    [InlineData("sip:alice@op.com\r\nVia: x")]
    public void AnythingElseIsNot(string address) => Assert.False(CallAddress.IsValid(address));

    [Fact]
    public void TheLongestAddressHas256Characters()
    {
        Assert.True(CallAddress.IsValid($"sip:{new string('a', 245)}@op.com"));
        Assert.False(CallAddress.IsValid($"sip:{new string('a', 246)}@op.com"));
    }

    [Theory]
    [InlineData("tel:+34600111222", true)]
    [InlineData("sip:+34600111222@op.com", true)]
    [InlineData("tel:+346001112223", false)]
    [InlineData("sip:+346001112223@op.com", false)]
    [InlineData("sip:x+34600111222@op.com", false)]
    public void AnAddressBelongsToANumberOnlyWhole(string address, bool expected) =>
        Assert.Equal(expected, CallAddress.IsOf(address, "+34600111222"));
}

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Byon.Functions.CallHandling;

namespace Byon.Tests.Functions.Tests.Contract;

/// <summary>Addresses as CAMARA publishes them.</summary>
public sealed class PublishedAddressTests
{
    private const string Definition = "v0.4/webrtc-call-handling.yaml";

    [Fact]
    public void AddressesOfTheExamplesAreAccepted()
    {
        if (!PublishedDefinition.IsPresent)
            return;

        var addresses = AllTexts(PublishedDefinition.Load(Definition)["components"]!["examples"]!).Where(text => text.Name is "originatorAddress" or "receiverAddress").ToList();
        Assert.NotEmpty(addresses);
        Assert.All(addresses, address => Assert.True(CallAddress.IsValid(address.Value), address.Value));
    }

    [Fact]
    public void OurPatternOfAnAddressIsThePublishedOne()
    {
        if (!PublishedDefinition.IsPresent)
            return;

        var published = new Regex(((string)PublishedDefinition.Load(Definition)["components"]!["schemas"]!["Address"]!["pattern"]!).TrimEnd('$') + @"\z");
        string[] samples =
        [
            "tel:+34600111222", "tel:+0123456", "tel:112", "tel:112;phone-context=+34", "tel:112;phone-context=op", "tel:*31#6;phone-context=a.b-c.d",
            "sip:a@b.cc", "sip:a@b.c", "sip:a@b.cc;user=phone", "sip:1;phone-context=+1@b.cc;user=phone", "urn:service:sos", "urn:service:sos.a-b",
            "urn:service:sos.-", "urn:service:SOS", "sip:anonymous@anonymous.invalid", "sips:a@b.cc", "", "tel:+34600111222\n",
        ];
        Assert.All(samples, sample => Assert.Equal(published.IsMatch(sample), CallAddress.IsValid(sample)));
    }

    private static IEnumerable<(string Name, string Value)> AllTexts(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(member => member.Value is JsonValue text ? [(member.Key, text.ToString())] : AllTexts(member.Value)),
        JsonArray list => list.SelectMany(AllTexts),
        _ => [],
    };
}

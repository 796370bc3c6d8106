using Byon.Infra.Model.Configuration;
using Byon.Tests.Infra.Tests.Rig;

namespace Byon.Tests.Infra.Tests.Configuration;

/// <summary>Bad configuration is refused with its key, before anything is created.</summary>
public class ConfigurationTests
{
    [Theory]
    [InlineData("dev")]
    [InlineData("prod")]
    public void What_is_required_is_enough(string stack)
    {
        var plan = SampleConfiguration.Plan(stack);
        Assert.Equal(stack, plan.Names.Environment);
    }

    public static TheoryData<string> Required => [.. SampleConfiguration.RequiredKeys];

    [Theory]
    [MemberData(nameof(Required))]
    public void A_missing_key_is_named_and_nothing_else(string key)
    {
        var fault = Assert.Single(SampleConfiguration.Faults("prod", (key, null)));
        Assert.Equal(key, fault.Key);
        Assert.Contains("missing", fault.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("environment", "staging")]
    [InlineData("location", "West Europe")]
    [InlineData("location", "mars")]
    [InlineData("suffix", "Acme-1")]
    [InlineData("suffix", "ninechars")]
    [InlineData("imsNextHop", "192.0.2.10:5060")]
    [InlineData("imsNextHop", "sip:192.0.2.10;lr")]
    [InlineData("imsNextHop", "sip:192.0.2.10;transport=tls, 192.0.2.11")]
    [InlineData("sipCertificate", "sip tls")]
    [InlineData("sipAuthorities", "pool-key")]
    [InlineData("imsDomain", "not a domain")]
    [InlineData("imsPeers", "0.0.0.0/0")]
    [InlineData("imsPeers", "192.0.2.1/28")]
    [InlineData("imsPeers", "192.0.2.1")]
    [InlineData("imsMediaPeers", "2001:db8::/64")]
    [InlineData("authority", "http://issuer.example")]
    [InlineData("allowedOrigins", "*")]
    [InlineData("allowedOrigins", "https://app.example/path")]
    [InlineData("poolKey", "c2hvcnQ=")]
    [InlineData("poolKey", "not base64 at all, really")]
    [InlineData("sshPublicKey", "-----BEGIN OPENSSH PRIVATE KEY-----")]
    [InlineData("alertEmail", "nobody")]
    [InlineData("imageTag", "a tag")]
    [InlineData("addressSpace", "10.40.0.0")]
    [InlineData("mediaSubnet", "10.41.0.0/24")]
    [InlineData("mediaSubnet", "10.40.0.0/30")]
    [InlineData("functionsSubnet", "10.40.0.128/26")]
    [InlineData("functionsSubnet", "10.40.1.0/28")]
    [InlineData("endpointsSubnet", "10.40.1.0/27")]
    [InlineData("operatorNetworks", "0.0.0.0/1")]
    [InlineData("sipPort", "22000")]
    [InlineData("sipPort", "443")]
    [InlineData("sipPort", "sip")]
    [InlineData("controlPort", "5060")]
    [InlineData("webRtcPort", "19999")]
    [InlineData("rtpPorts", "21000-25001")]
    [InlineData("rtpPorts", "20002-24999")]
    [InlineData("rtpPorts", "21000-21099")]
    [InlineData("rtpPorts", "24999-21000")]
    [InlineData("openMediaPorts", "20000-40000")]
    [InlineData("nodeSize", "Standard_B2s")]
    [InlineData("nodeCount", "0")]
    [InlineData("nodeMaximum", "1")]
    [InlineData("nodeMaximum", "17")]
    [InlineData("zones", "1,4")]
    [InlineData("publicPrefixLength", "16")]
    [InlineData("drainMinutes", "30")]
    [InlineData("functionsMemory", "1024")]
    [InlineData("functionsMaximum", "4")]
    [InlineData("functionsAlwaysReady", "-1")]
    [InlineData("webPubSubUnits", "3")]
    [InlineData("webPubSubUnits", "0")]
    [InlineData("privateEndpoints", "yes")]
    [InlineData("logDays", "7")]
    [InlineData("functionsSettings", "Registration__DefaultLifetime=1")]
    [InlineData("functionsSettings", """{"Storage__TableServiceUri":"https://elsewhere.example"}""")]
    [InlineData("functionsSettings", """{"AzureWebJobsStorage":"DefaultEndpointsProtocol=https"}""")]
    [InlineData("functionsSecrets", """{"Push__Apns__Key":"apns key"}""")]
    [InlineData("functionsSecrets", """{"Push__Apns__Key":"pool-key"}""")]
    [InlineData("functionsSecrets", """{"Control__PoolKey":"another-key"}""")]
    [InlineData("nodeSettings", """{"Node__Id":"node-1"}""")]
    [InlineData("nodeSettings", """{"Node__Codecs":"opus\nNode__Id=x"}""")]
    public void A_value_that_cannot_be_used_is_named(string key, string value)
    {
        var faults = SampleConfiguration.Faults("prod", (key, value));
        Assert.Contains(faults, fault => fault.Key == key);
        Assert.All(faults, fault => Assert.StartsWith($"byon:{fault.Key} ", fault.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Several_next_hops_and_TLS_are_fine()
    {
        var plan = SampleConfiguration.Plan("prod",
            (ConfigurationKeys.ImsNextHop, "sip:sbc1.ims.example;transport=tls, sip:192.0.2.11:5062;transport=tcp"), (ConfigurationKeys.SipCertificate, "sip-tls"));
        var rule = Assert.Single(plan.MediaRules, rule => rule.Name == "sip-tls");
        Assert.Equal(5061, rule.Ports!.Value.First);
        Assert.Equal(5061, plan.Configuration.Network.Ports.SipTls);
    }

    [Fact]
    public void Without_a_certificate_no_port_is_opened_for_TLS() =>
        Assert.DoesNotContain(SampleConfiguration.Plan().MediaRules, rule => rule.Name == "sip-tls");

    [Fact]
    public void Ports_of_programs_are_different_ones()
    {
        var faults = SampleConfiguration.Faults("prod", (ConfigurationKeys.SipCertificate, "sip-tls"), (ConfigurationKeys.SipTlsPort, "5060"));
        Assert.Equal([ConfigurationKeys.SipPort, ConfigurationKeys.SipTlsPort], faults.Select(fault => fault.Key));
    }

    [Fact]
    public void Networks_that_are_reached_elsewhere_do_not_overlap_ours()
    {
        var fault = Assert.Single(SampleConfiguration.Faults("prod", (ConfigurationKeys.PeeredNetworks, "172.16.0.0/12, 10.0.0.0/8")));
        Assert.Equal(ConfigurationKeys.AddressSpace, fault.Key);
        Assert.Contains("10.0.0.0/8", fault.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once()
    {
        var faults = SampleConfiguration.Faults("prod", (ConfigurationKeys.ImsNextHop, null), (ConfigurationKeys.Location, "mars"), (ConfigurationKeys.NodeCount, "none"));
        Assert.Equal([ConfigurationKeys.ImsNextHop, ConfigurationKeys.Location, ConfigurationKeys.NodeCount], faults.Select(fault => fault.Key).Order());
    }

    [Fact]
    public void A_development_environment_needs_nobody_for_its_alerts()
    {
        Assert.Null(SampleConfiguration.Plan("dev", (ConfigurationKeys.AlertEmail, null)).Configuration.AlertEmail);
    }

    [Fact]
    public void The_pools_key_is_in_no_text_of_the_configuration()
    {
        var key = Convert.ToBase64String(Enumerable.Repeat((byte)7, 32).ToArray());
        var plan = SampleConfiguration.Plan("prod", (ConfigurationKeys.PoolKey, key));
        Assert.DoesNotContain(key, plan.Configuration.ToString(), StringComparison.Ordinal);
        var refused = SampleConfiguration.Faults("prod", (ConfigurationKeys.PoolKey, key + key));
        Assert.DoesNotContain(refused, fault => fault.Problem.Contains(key, StringComparison.Ordinal));
    }
}

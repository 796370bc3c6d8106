using Byon.Infra.Model.Configuration;
using Byon.Infra.Model.Network;
using Byon.Tests.Infra.Tests.Rig;

namespace Byon.Tests.Infra.Tests;

public class FirewallTests
{
    [Fact]
    public void Only_WebRTC_is_open_to_everybody()
    {
        var rules = SampleConfiguration.Plan().MediaRules;
        var open = Assert.Single(rules, rule => rule.Allow && rule.Sources.Contains(SecurityRule.Internet));
        Assert.Equal("webrtc", open.Name);
        Assert.Equal(RuleProtocol.Udp, open.Protocol);
        Assert.DoesNotContain(rules, rule => rule.Allow && (rule.Sources.Contains(SecurityRule.Anywhere) || rule.Ports is null));
    }

    [Fact]
    public void Nobody_reaches_the_shell()
    {
        var shell = PortRange.Single(22);
        Assert.DoesNotContain(SampleConfiguration.Plan().MediaRules, rule => rule.Allow && rule.Ports!.Value.Contains(shell));
    }

    [Fact]
    public void What_is_not_let_in_is_denied_last()
    {
        var rules = SampleConfiguration.Plan().MediaRules;
        var last = rules.MaxBy(rule => rule.Priority)!;
        Assert.False(last.Allow);
        Assert.Null(last.Ports);
        Assert.Equal(RuleProtocol.Any, last.Protocol);
        Assert.Equal(rules.Count, rules.Select(rule => rule.Priority).Distinct().Count());
    }

    [Fact]
    public void Control_is_for_functions_and_signalling_for_the_named_peers()
    {
        var plan = SampleConfiguration.Plan("prod", (ConfigurationKeys.ImsPeers, "192.0.2.0/28, 198.51.100.7/32"), (ConfigurationKeys.ImsMediaPeers, "203.0.113.0/24"));
        var rules = plan.MediaRules.ToDictionary(rule => rule.Name);
        Assert.Equal([plan.Configuration.Network.Addresses.Functions.ToString()], rules["control"].Sources);
        Assert.Equal(["192.0.2.0/28", "198.51.100.7/32"], rules["sip-udp"].Sources);
        Assert.Equal(rules["sip-udp"].Sources, rules["sip-tcp"].Sources);
        Assert.Equal(["192.0.2.0/28", "198.51.100.7/32", "203.0.113.0/24"], rules["rtp"].Sources);
    }
}

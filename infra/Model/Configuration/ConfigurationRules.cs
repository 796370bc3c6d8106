using System.Text.RegularExpressions;
using Byon.Infra.Model.Network;
using Byon.Infra.Model.Settings;

namespace Byon.Infra.Model.Configuration;

/// <summary>What values must be together, and forms that a single reader does not know.</summary>
internal static partial class ConfigurationRules
{
    public static void Check(ServiceConfiguration it, ValueReader values)
    {
        CheckForms(it, values);
        CheckPeers(it, values);
        CheckAddresses(it.Network.Addresses, values);
        CheckPorts(it, values);
        CheckPool(it, values);
        CheckSettings(it, values);
    }

    private static void CheckForms(ServiceConfiguration it, ValueReader values)
    {
        if (it.Location.Length > 0 && !Regions.All.Contains(it.Location))
            values.Complain(ConfigurationKeys.Location, $"is no region known to have everything this needs: '{it.Location}'. Known: {string.Join(", ", Regions.All.Order())}.");
        if (it.Suffix.Length > 0 && !SuffixForm().IsMatch(it.Suffix))
            values.Complain(ConfigurationKeys.Suffix, $"is not 3 to 8 lower-case letters and digits: '{it.Suffix}'.");
        foreach (var hop in values.List(ConfigurationKeys.ImsNextHop).Where(hop => !NextHopForm().IsMatch(hop)))
            values.Complain(ConfigurationKeys.ImsNextHop, $"does not have the form sip:HOST[:PORT][;transport=udp|tcp|tls]: '{hop}'.");
        foreach (var (key, name) in new[] { (ConfigurationKeys.SipCertificate, it.Ims.Certificate), (ConfigurationKeys.SipAuthorities, it.Ims.Authorities) })
        {
            if (name is not null && (!SecretForm().IsMatch(name) || name == Names.PoolKeySecret))
                values.Complain(key, $"is a name that nothing of yours in the vault can have: '{name}'.");
        }

        if (it.Ims.Domain.Length > 0 && Uri.CheckHostName(it.Ims.Domain) != UriHostNameType.Dns)
            values.Complain(ConfigurationKeys.ImsDomain, $"is not a domain: '{it.Ims.Domain}'.");
        if (it.Nodes.SshPublicKey.Length > 0 && !SshKeyForm().IsMatch(it.Nodes.SshPublicKey))
            values.Complain(ConfigurationKeys.SshPublicKey, "is not a public key (ssh-ed25519 … or ssh-rsa …).");
        if (it.Nodes.ImageTag.Length > 0 && !ImageTagForm().IsMatch(it.Nodes.ImageTag))
            values.Complain(ConfigurationKeys.ImageTag, $"is not an image tag: '{it.Nodes.ImageTag}'.");
        if (it.AlertEmail is null && it.Environment.IsProduction)
            values.Complain(ConfigurationKeys.AlertEmail, "is missing: in prod somebody has to get the alerts.");
        if (it.AlertEmail is { } email && !EmailForm().IsMatch(email))
            values.Complain(ConfigurationKeys.AlertEmail, "is not an e-mail address.");
        foreach (var origin in it.Api.AllowedOrigins.Where(origin => !OriginForm().IsMatch(origin)))
            values.Complain(ConfigurationKeys.AllowedOrigins, $"holds something that is not an origin like https://app.example: '{origin}'.");
    }

    private static void CheckPeers(ServiceConfiguration it, ValueReader values)
    {
        if (it.Ims.Peers.Count == 0 && values.Optional(ConfigurationKeys.ImsPeers) is null)
            values.Complain(ConfigurationKeys.ImsPeers, "is missing: the networks of your SIP peers, for example 192.0.2.0/28.");
        RefuseInternet(ConfigurationKeys.ImsPeers, it.Ims.Peers, "whoever reaches the SIP port is trusted");
        RefuseInternet(ConfigurationKeys.ImsMediaPeers, it.Ims.MediaPeers, "name the networks of your media gateways");
        RefuseInternet(ConfigurationKeys.OperatorNetworks, it.Network.OperatorNetworks, "name your own networks");

        void RefuseInternet(string key, IReadOnlyList<System.Net.IPNetwork> networks, string why)
        {
            foreach (var network in networks.Where(network => network.PrefixLength < 8))
                values.Complain(key, $"holds {network}, which is most of the Internet: {why}.");
        }
    }

    private static void CheckAddresses(AddressPlan plan, ValueReader values)
    {
        var subnets = new (string Key, System.Net.IPNetwork Network)[]
        {
            (ConfigurationKeys.MediaSubnet, plan.Media), (ConfigurationKeys.FunctionsSubnet, plan.Functions), (ConfigurationKeys.EndpointsSubnet, plan.Endpoints),
        };
        for (var i = 0; i < subnets.Length; i++)
        {
            var (key, network) = subnets[i];
            if (!Cidr.Contains(plan.Space, network))
                values.Complain(key, $"{network} does not lie within {plan.Space} of {ConfigurationKeys.Namespace}:{ConfigurationKeys.AddressSpace}.");
            foreach (var other in subnets[..i].Where(other => Cidr.Overlap(other.Network, network)))
                values.Complain(key, $"{network} overlaps {other.Network} of {ConfigurationKeys.Namespace}:{other.Key}.");
            if (network.PrefixLength > 29)
                values.Complain(key, $"{network} is too small: Azure keeps 5 addresses of each subnet.");
        }

        if (plan.Functions.PrefixLength is > AddressPlan.LongestFunctionsPrefix and <= 29)
            values.Complain(ConfigurationKeys.FunctionsSubnet, $"{plan.Functions} is too small: /{AddressPlan.LongestFunctionsPrefix} or larger.");
    }

    private static void CheckPorts(ServiceConfiguration it, ValueReader values)
    {
        var ports = it.Network.Ports;
        RequireOpen(ConfigurationKeys.WebRtcPort, ports.WebRtc);
        RequireOpen(ConfigurationKeys.RtpPorts, ports.Rtp);
        if (ports.WebRtc.Overlaps(ports.Rtp))
            values.Complain(ConfigurationKeys.RtpPorts, $"{ports.Rtp} overlaps the WebRTC ports {ports.WebRtc} of {ConfigurationKeys.Namespace}:{ConfigurationKeys.WebRtcPort}.");
        if (ports.OpenMedia.Last >= PortPlan.FirstEphemeral)
            values.Complain(ConfigurationKeys.OpenMediaPorts, $"{ports.OpenMedia} reaches into the ports from {PortPlan.FirstEphemeral} on that outgoing connections get.");
        RequireOwn(ConfigurationKeys.SipPort, ports.Sip);
        if (ports.SipTls is { } tls) RequireOwn(ConfigurationKeys.SipTlsPort, tls);
        RequireOwn(ConfigurationKeys.ControlPort, ports.Control);
        if (ports.Rtp.Count < it.Nodes.Size.Capacity * PortPlan.PortsPerCall)
            values.Complain(ConfigurationKeys.RtpPorts, $"{ports.Rtp} is too few for the {it.Nodes.Size.Capacity} calls of a {it.Nodes.Size.Name}: two ports each.");

        void RequireOwn(string key, int port)
        {
            if (ports.OpenMedia.Contains(PortRange.Single(port)) || ports.Listening.Count(other => other == port) > 1)
                values.Complain(key, $"{port} is taken by SIP, the control API or media.");
        }

        void RequireOpen(string key, PortRange range)
        {
            if (!ports.OpenMedia.Contains(range))
                values.Complain(key, $"{range} lies outside the ports the security group opens, {ports.OpenMedia} of {ConfigurationKeys.Namespace}:{ConfigurationKeys.OpenMediaPorts}.");
        }
    }

    private static void CheckPool(ServiceConfiguration it, ValueReader values)
    {
        var addresses = Cidr.Size(it.Network.PublicPrefixLength);
        if (it.Nodes.Maximum < it.Nodes.Count)
            values.Complain(ConfigurationKeys.NodeMaximum, $"{it.Nodes.Maximum} is less than the {it.Nodes.Count} of {ConfigurationKeys.Namespace}:{ConfigurationKeys.NodeCount}.");
        if (it.Nodes.Maximum > addresses)
            values.Complain(ConfigurationKeys.NodeMaximum, $"{it.Nodes.Maximum} is more than the {addresses} public addresses of {ConfigurationKeys.Namespace}:{ConfigurationKeys.PublicPrefixLength}.");
        foreach (var zone in it.Nodes.Zones.Where(zone => zone is not ("1" or "2" or "3")))
            values.Complain(ConfigurationKeys.Zones, $"holds something other than 1, 2 and 3: '{zone}'.");
        if (it.Functions.AlwaysReady > it.Functions.Maximum)
            values.Complain(ConfigurationKeys.FunctionsAlwaysReady, $"{it.Functions.AlwaysReady} is more than the {it.Functions.Maximum} of {ConfigurationKeys.Namespace}:{ConfigurationKeys.FunctionsMaximum}.");
        if (it.WebPubSubUnits == 0 && it.PrivateEndpoints)
            values.Complain(ConfigurationKeys.WebPubSubUnits, $"is 0, the free tier, which has no private endpoints: set {ConfigurationKeys.Namespace}:{ConfigurationKeys.PrivateEndpoints} to false, or 1 unit.");
    }

    /// <summary>Settings that this model writes itself must not be written twice, and names are those of the environment.</summary>
    private static void CheckSettings(ServiceConfiguration it, ValueReader values)
    {
        Check(ConfigurationKeys.FunctionsSettings, it.Functions.Settings, FunctionSettings.Owned);
        Check(ConfigurationKeys.FunctionsSecrets, it.Functions.Secrets, [.. FunctionSettings.Owned, .. it.Functions.Settings.Keys]);
        foreach (var secret in it.Functions.Secrets.Values.Where(secret => !SecretForm().IsMatch(secret) || secret == Names.PoolKeySecret))
            values.Complain(ConfigurationKeys.FunctionsSecrets, $"holds a name that no secret of yours can have: '{secret}'.");
        Check(ConfigurationKeys.NodeSettings, it.Nodes.Settings, NodeSettings.Owned);

        void Check(string key, IReadOnlyDictionary<string, string> settings, IReadOnlyCollection<string> owned)
        {
            foreach (var name in settings.Keys)
            {
                if (!SettingForm().IsMatch(name))
                    values.Complain(key, $"holds '{name}', which is not a setting's name like Section__Name.");
                else if (owned.Contains(name, StringComparer.OrdinalIgnoreCase))
                    values.Complain(key, $"holds '{name}', which other keys decide.");
                else if (settings[name].Contains('\n', StringComparison.Ordinal))
                    values.Complain(key, $"holds '{name}' with a line break.");
            }
        }
    }

    [GeneratedRegex("^[a-z0-9]{3,8}$")]
    private static partial Regex SuffixForm();

    [GeneratedRegex(@"^sip:(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9.-]+)(:[0-9]{1,5})?(;transport=(udp|tcp|tls))?$")]
    private static partial Regex NextHopForm();

    [GeneratedRegex("^(ssh-ed25519|ssh-rsa) [A-Za-z0-9+/=]{16,}( [^\n]*)?$")]
    private static partial Regex SshKeyForm();

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$")]
    private static partial Regex ImageTagForm();

    [GeneratedRegex(@"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
    private static partial Regex EmailForm();

    [GeneratedRegex(@"^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?$")]
    private static partial Regex OriginForm();

    [GeneratedRegex("^[A-Za-z0-9-]{1,127}$")]
    private static partial Regex SecretForm();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]*(__[A-Za-z0-9]+)+$")]
    private static partial Regex SettingForm();
}

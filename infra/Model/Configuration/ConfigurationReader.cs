using Byon.Infra.Model.Network;
using Byon.Infra.Model.Nodes;

namespace Byon.Infra.Model.Configuration;

/// <summary>From an operator's text to a checked <see cref="ServiceConfiguration"/>. Nothing is created before this has no complaint.</summary>
public static class ConfigurationReader
{
    /// <param name="read">The text of a key, null where it is not set.</param>
    /// <param name="stack">Tells the environment where the key does not.</param>
    /// <exception cref="ConfigurationException">Something is missing or wrong; it names every such key.</exception>
    public static ServiceConfiguration Read(Func<string, string?> read, string stack)
    {
        ArgumentNullException.ThrowIfNull(read);
        var values = new ValueReader(read);
        var environment = Environment(values, stack);
        var configuration = new ServiceConfiguration
        {
            Environment = environment,
            Location = values.Required(ConfigurationKeys.Location, "an Azure region, for example westeurope"),
            Suffix = values.Required(ConfigurationKeys.Suffix, "3 to 8 lower-case letters and digits that make world-wide names yours"),
            Ims = new ImsConfiguration(
                values.Required(ConfigurationKeys.ImsNextHop, "the P-CSCF or SBC, for example sip:192.0.2.10:5060"),
                values.Required(ConfigurationKeys.ImsDomain, "the home network domain"),
                values.Networks(ConfigurationKeys.ImsPeers),
                values.Networks(ConfigurationKeys.ImsMediaPeers),
                values.Optional(ConfigurationKeys.SipCertificate),
                values.Optional(ConfigurationKeys.SipAuthorities)),
            Api = ReadApi(values),
            Nodes = ReadNodes(values, environment),
            Functions = ReadFunctions(values, environment),
            Network = ReadNetwork(values, environment),
            WebPubSubUnits = values.OneOf(ConfigurationKeys.WebPubSubUnits, 1, 0, 1, 2, 5, 10, 20, 50, 100),
            PrivateEndpoints = values.Flag(ConfigurationKeys.PrivateEndpoints, environment.PrivateEndpoints),
            AlertEmail = values.Optional(ConfigurationKeys.AlertEmail),
            LogDays = values.Number(ConfigurationKeys.LogDays, environment.LogDays, 30, 730),
        };
        _ = PoolKey.Read(values);
        ConfigurationRules.Check(configuration, values);
        return values.Faults.Count == 0 ? configuration : throw new ConfigurationException(values.Faults);
    }

    private static EnvironmentKind Environment(ValueReader values, string stack)
    {
        var name = values.Optional(ConfigurationKeys.Environment) ?? stack;
        if (EnvironmentKind.All.FirstOrDefault(kind => kind.Name == name) is { } kind) return kind;
        values.Complain(ConfigurationKeys.Environment, $"is none of {string.Join(", ", EnvironmentKind.All.Select(kind => kind.Name))}: '{name}'.");
        return EnvironmentKind.Dev;
    }

    private static ApiConfiguration ReadApi(ValueReader values)
    {
        var authority = values.Required(ConfigurationKeys.Authority, "the OpenID Connect issuer of access tokens");
        var isIssuer = Uri.TryCreate(authority, UriKind.Absolute, out var issuer) && issuer.Scheme == Uri.UriSchemeHttps;
        if (authority.Length > 0 && !isIssuer) values.Complain(ConfigurationKeys.Authority, $"is not an https address: '{authority}'.");
        return new ApiConfiguration(
            isIssuer ? issuer! : new Uri("https://invalid"),
            values.Optional(ConfigurationKeys.Audience) ?? "byon",
            values.List(ConfigurationKeys.AllowedOrigins),
            values.Optional(ConfigurationKeys.SoftphoneClient) ?? "softphone");
    }

    private static NodePoolConfiguration ReadNodes(ValueReader values, EnvironmentKind environment)
    {
        var name = values.Optional(ConfigurationKeys.NodeSize) ?? environment.NodeSize;
        var size = MachineSize.All.FirstOrDefault(known => known.Name == name);
        if (size is null)
            values.Complain(ConfigurationKeys.NodeSize, $"is none of {string.Join(", ", MachineSize.All.Select(known => known.Name))}: '{name}'.");
        return new NodePoolConfiguration(
            size ?? MachineSize.All[0],
            values.Number(ConfigurationKeys.NodeCount, environment.NodeCount, 1, 1000),
            values.Number(ConfigurationKeys.NodeMaximum, environment.NodeMaximum, 1, 1000),
            values.List(ConfigurationKeys.Zones, environment.Zones),
            values.Number(ConfigurationKeys.DrainMinutes, environment.DrainMinutes, 5, 15),
            values.Required(ConfigurationKeys.ImageTag, "the tag of the media node's image that was pushed"),
            values.Required(ConfigurationKeys.SshPublicKey, "a public key for the nodes' machines, for example of ssh-keygen -t ed25519"),
            values.Object(ConfigurationKeys.NodeSettings));
    }

    private static FunctionsConfiguration ReadFunctions(ValueReader values, EnvironmentKind environment) => new(
        values.OneOf(ConfigurationKeys.FunctionsMemory, 2048, 512, 2048, 4096),
        values.Number(ConfigurationKeys.FunctionsMaximum, environment.FunctionsMaximum, 40, 1000),
        values.Number(ConfigurationKeys.FunctionsAlwaysReady, environment.FunctionsAlwaysReady, 0, 40),
        values.Object(ConfigurationKeys.FunctionsSettings),
        values.Object(ConfigurationKeys.FunctionsSecrets));

    private static NetworkConfiguration ReadNetwork(ValueReader values, EnvironmentKind environment)
    {
        var size = MachineSize.All.FirstOrDefault(known => known.Name == (values.Optional(ConfigurationKeys.NodeSize) ?? environment.NodeSize));
        var webRtc = values.Number(ConfigurationKeys.WebRtcPort, 20000, 1024, 65535);
        var ports = new PortPlan(
            values.Number(ConfigurationKeys.SipPort, 5060, 1024, 65535),
            values.Number(ConfigurationKeys.SipTlsPort, 5061, 1024, 65535) is var tls && values.Optional(ConfigurationKeys.SipCertificate) is null ? null : tls,
            values.Number(ConfigurationKeys.ControlPort, 8090, 1024, 65535),
            new PortRange(webRtc, webRtc + (size?.Processors ?? 1) - 1),
            values.Ports(ConfigurationKeys.RtpPorts, "21000-24999"),
            values.Ports(ConfigurationKeys.OpenMediaPorts, "20000-24999"));
        var addresses = new AddressPlan(
            values.Network(ConfigurationKeys.AddressSpace, "10.40.0.0/16"),
            values.Network(ConfigurationKeys.MediaSubnet, "10.40.0.0/24"),
            values.Network(ConfigurationKeys.FunctionsSubnet, "10.40.1.0/26"),
            values.Network(ConfigurationKeys.EndpointsSubnet, "10.40.2.0/27"));
        foreach (var peered in values.Networks(ConfigurationKeys.PeeredNetworks))
        {
            if (Cidr.Overlap(peered, addresses.Space))
                values.Complain(ConfigurationKeys.AddressSpace, $"{addresses.Space} overlaps {peered} of {ConfigurationKeys.Namespace}:{ConfigurationKeys.PeeredNetworks}.");
        }

        return new NetworkConfiguration(
            addresses, values.Networks(ConfigurationKeys.OperatorNetworks), ports,
            values.Number(ConfigurationKeys.PublicPrefixLength, environment.PublicPrefixLength, 24, 31));
    }
}

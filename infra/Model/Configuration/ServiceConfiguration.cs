using System.Net;
using Byon.Infra.Model.Network;
using Byon.Infra.Model.Nodes;

namespace Byon.Infra.Model.Configuration;

/// <summary>One environment as the operator wants it, read and checked by <see cref="ConfigurationReader"/>.</summary>
public sealed record ServiceConfiguration
{
    public required EnvironmentKind Environment { get; init; }
    public required string Location { get; init; }
    public required string Suffix { get; init; }
    public required ImsConfiguration Ims { get; init; }
    public required ApiConfiguration Api { get; init; }
    public required NetworkConfiguration Network { get; init; }
    public required NodePoolConfiguration Nodes { get; init; }
    public required FunctionsConfiguration Functions { get; init; }

    /// <summary>Thousands of WebSocket connections; 0 is the free tier.</summary>
    public required int WebPubSubUnits { get; init; }

    public required bool PrivateEndpoints { get; init; }

    /// <summary>Null in dev only.</summary>
    public required string? AlertEmail { get; init; }

    public required int LogDays { get; init; }
}

/// <param name="NextHop"><c>sip:HOST[:PORT][;transport=tcp]</c>, several divided by commas, as the node reads it.</param>
/// <param name="Certificate">Name in the vault of what nodes show to SIP peers; null for no TLS towards us.</param>
/// <param name="Authorities">Name in the vault of those who sign the peers' certificates; null for the machine's own list.</param>
public sealed record ImsConfiguration(
    string NextHop, string Domain, IReadOnlyList<IPNetwork> Peers, IReadOnlyList<IPNetwork> MediaPeers, string? Certificate, string? Authorities)
{
    /// <summary>Secrets of the vault that the nodes read, besides the pool's key.</summary>
    public IEnumerable<string> Secrets => new[] { Certificate, Authorities }.OfType<string>();
}

/// <param name="SoftphoneClient">Client id of the softphone page at the issuer.</param>
public sealed record ApiConfiguration(Uri Authority, string Audience, IReadOnlyList<string> AllowedOrigins, string SoftphoneClient);

public sealed record NetworkConfiguration(
    AddressPlan Addresses, IReadOnlyList<IPNetwork> OperatorNetworks, PortPlan Ports, int PublicPrefixLength);

/// <param name="Settings">Further settings of the nodes, by their name.</param>
public sealed record NodePoolConfiguration(
    MachineSize Size, int Count, int Maximum, IReadOnlyList<string> Zones, int DrainMinutes, string ImageTag, string SshPublicKey,
    IReadOnlyDictionary<string, string> Settings);

/// <param name="Memory">Megabytes per instance.</param>
/// <param name="Settings">Further settings of functions, by their name.</param>
/// <param name="Secrets">Settings whose values lie in the vault: by their name, the secret's.</param>
public sealed record FunctionsConfiguration(
    int Memory, int Maximum, int AlwaysReady, IReadOnlyDictionary<string, string> Settings, IReadOnlyDictionary<string, string> Secrets);

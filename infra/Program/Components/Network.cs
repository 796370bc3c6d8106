using Byon.Infra.Model;
using Byon.Infra.Model.Network;
using Pulumi;
using Pulumi.AzureNative.Network;
using Inputs = Pulumi.AzureNative.Network.Inputs;
using ResourceGroup = Pulumi.AzureNative.Resources.ResourceGroup;
using SecurityRule = Byon.Infra.Model.Network.SecurityRule;

namespace Byon.Infra.Components;

/// <summary>The virtual network, its three subnets, and who may reach them.</summary>
public sealed class Network : ComponentResource
{
    private readonly ServicePlan _plan;
    private readonly ResourceGroup _group;

    public Network(ServicePlan plan, ResourceGroup group)
        : base("byon:infra:Network", "network")
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(group);
        (_plan, _group) = (plan, group);
        var addresses = plan.Configuration.Network.Addresses;
        var mediaFirewall = Firewall("media-firewall", plan.Names.MediaFirewall, plan.MediaRules);
        var innerFirewall = Firewall("inner-firewall", plan.Names.InnerFirewall, InnerRules);
        VirtualNetwork = new VirtualNetwork("vnet", new VirtualNetworkArgs
        {
            VirtualNetworkName = plan.Names.Network,
            ResourceGroupName = group.Name,
            Location = plan.Configuration.Location,
            AddressSpace = new Inputs.AddressSpaceArgs { AddressPrefixes = { addresses.Space.ToString() } },
            Tags = plan.Tags.ToInputMap(),
        }, Child());

        // One after the other: a virtual network changes one subnet at a time.
        Media = Subnet(Names.MediaSubnet, addresses.Media, mediaFirewall, after: VirtualNetwork);
        Functions = Subnet(Names.FunctionsSubnet, addresses.Functions, innerFirewall, after: Media, delegation: AddressPlan.FunctionsDelegation);
        Endpoints = Subnet(Names.EndpointsSubnet, addresses.Endpoints, innerFirewall, after: Functions);
        RegisterOutputs();
    }

    public VirtualNetwork VirtualNetwork { get; }

    public Subnet Media { get; }

    public Subnet Functions { get; }

    public Subnet Endpoints { get; }

    /// <summary>Private endpoints answer over TLS; nothing else is reached by anybody.</summary>
    private static IReadOnlyList<SecurityRule> InnerRules { get; } =
    [
        new("endpoints", 100, true, RuleProtocol.Tcp, ["VirtualNetwork"], PortRange.Single(443)),
        MediaFirewall.Nothing,
    ];

    private CustomResourceOptions Child(params Resource[] after) => new() { Parent = this, DependsOn = after };

    private NetworkSecurityGroup Firewall(string name, string resourceName, IReadOnlyList<SecurityRule> rules)
    {
        var list = new InputList<Inputs.SecurityRuleArgs>();
        foreach (var rule in rules) list.Add(Rule(rule));
        return new NetworkSecurityGroup(name, new NetworkSecurityGroupArgs
        {
            NetworkSecurityGroupName = resourceName,
            ResourceGroupName = _group.Name,
            Location = _plan.Configuration.Location,
            SecurityRules = list,
            Tags = _plan.Tags.ToInputMap(),
        }, Child());
    }

    private static Inputs.SecurityRuleArgs Rule(SecurityRule rule)
    {
        var args = new Inputs.SecurityRuleArgs
        {
            Name = rule.Name,
            Priority = rule.Priority,
            Direction = SecurityRuleDirection.Inbound,
            Access = rule.Allow ? SecurityRuleAccess.Allow : SecurityRuleAccess.Deny,
            Protocol = rule.Protocol switch
            {
                RuleProtocol.Udp => SecurityRuleProtocol.Udp,
                RuleProtocol.Tcp => SecurityRuleProtocol.Tcp,
                _ => SecurityRuleProtocol.Asterisk,
            },
            SourcePortRange = "*",
            DestinationAddressPrefix = "*",
            DestinationPortRange = rule.Ports?.ToString() ?? "*",
        };
        // Service tags and * go into the singular property only.
        if (rule.Sources is [var only]) args.SourceAddressPrefix = only;
        else args.SourceAddressPrefixes = rule.Sources.ToInputList();
        return args;
    }

    private Subnet Subnet(string name, System.Net.IPNetwork prefix, NetworkSecurityGroup firewall, Resource after, string? delegation = null)
    {
        var args = new SubnetArgs
        {
            SubnetName = name,
            ResourceGroupName = _group.Name,
            VirtualNetworkName = VirtualNetwork.Name,
            AddressPrefix = prefix.ToString(),
            NetworkSecurityGroup = new Inputs.NetworkSecurityGroupArgs { Id = firewall.Id },
        };
        if (delegation is not null) args.Delegations.Add(new Inputs.DelegationArgs { Name = "functions", ServiceName = delegation });
        return new Subnet(name, args, Child(after));
    }
}

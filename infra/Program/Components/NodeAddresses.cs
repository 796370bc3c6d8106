using Byon.Infra.Model;
using Pulumi;
using Pulumi.AzureNative.Network;
using Pulumi.AzureNative.Network.Inputs;
using ResourceGroup = Pulumi.AzureNative.Resources.ResourceGroup;

namespace Byon.Infra.Components;

/// <summary>The block that the nodes' public addresses come from, so that carriers can let them in once and for all. It also caps the pool.</summary>
public sealed class NodeAddresses : ComponentResource
{
    public NodeAddresses(ServicePlan plan, ResourceGroup group)
        : base("byon:infra:NodeAddresses", "node-addresses")
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(group);
        Prefix = new PublicIPPrefix("addresses", new PublicIPPrefixArgs
        {
            PublicIpPrefixName = plan.Names.PublicPrefix,
            ResourceGroupName = group.Name,
            Location = plan.Configuration.Location,
            PrefixLength = plan.Configuration.Network.PublicPrefixLength,
            Sku = new PublicIPPrefixSkuArgs { Name = PublicIPPrefixSkuName.Standard, Tier = PublicIPPrefixSkuTier.Regional },
            Zones = plan.Configuration.Nodes.Zones.ToInputList(),
            Tags = plan.Tags.ToInputMap(),
        }, new CustomResourceOptions { Parent = this, Protect = plan.Configuration.Environment.IsProduction });
        RegisterOutputs();
    }

    public PublicIPPrefix Prefix { get; }
}

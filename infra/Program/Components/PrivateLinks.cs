using Byon.Infra.Model;
using Pulumi;
using Pulumi.AzureNative.Network;
using Pulumi.AzureNative.Network.Inputs;
using Pulumi.AzureNative.PrivateDns;
using ResourceGroup = Pulumi.AzureNative.Resources.ResourceGroup;

namespace Byon.Infra.Components;

/// <summary>Storage, vault and Web PubSub by private addresses, and the names that lead there from within the network.</summary>
public sealed class PrivateLinks : ComponentResource
{
    private readonly ServicePlan _plan;
    private readonly ResourceGroup _group;
    private readonly Network _network;

    public PrivateLinks(ServicePlan plan, ResourceGroup group, Network network, Storage storage, Vault vault, Messaging messaging)
        : base("byon:infra:PrivateLinks", "private-links")
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(vault);
        ArgumentNullException.ThrowIfNull(messaging);
        (_plan, _group, _network) = (plan, group, network);
        Link("blob", storage.Account.Id, "privatelink.blob.core.windows.net");
        Link("queue", storage.Account.Id, "privatelink.queue.core.windows.net");
        Link("table", storage.Account.Id, "privatelink.table.core.windows.net");
        Link("vault", vault.Resource.Id, "privatelink.vaultcore.azure.net");
        Link("webpubsub", messaging.Service.Id, "privatelink.webpubsub.azure.com");
        RegisterOutputs();
    }

    /// <param name="kind">The service's name for what is linked (group id).</param>
    private void Link(string kind, Output<string> service, string zoneName)
    {
        var child = new CustomResourceOptions { Parent = this };
        var zone = new PrivateZone($"zone-{kind}", new PrivateZoneArgs
        {
            PrivateZoneName = zoneName,
            ResourceGroupName = _group.Name,
            Location = "Global",
            Tags = _plan.Tags.ToInputMap(),
        }, child);
        _ = new VirtualNetworkLink($"zone-link-{kind}", new VirtualNetworkLinkArgs
        {
            VirtualNetworkLinkName = _plan.Names.Network,
            PrivateZoneName = zone.Name,
            ResourceGroupName = _group.Name,
            Location = "Global",
            RegistrationEnabled = false,
            VirtualNetwork = new Pulumi.AzureNative.PrivateDns.Inputs.SubResourceArgs { Id = _network.VirtualNetwork.Id },
        }, child);
        var endpoint = new PrivateEndpoint($"endpoint-{kind}", new PrivateEndpointArgs
        {
            PrivateEndpointName = $"pe-byon-{_plan.Names.Environment}-{kind}",
            ResourceGroupName = _group.Name,
            Location = _plan.Configuration.Location,
            Subnet = new Pulumi.AzureNative.Network.Inputs.SubnetArgs { Id = _network.Endpoints.Id },
            PrivateLinkServiceConnections = { new PrivateLinkServiceConnectionArgs { Name = kind, PrivateLinkServiceId = service, GroupIds = { kind } } },
            Tags = _plan.Tags.ToInputMap(),
        }, child);
        _ = new PrivateDnsZoneGroup($"zone-group-{kind}", new PrivateDnsZoneGroupArgs
        {
            PrivateDnsZoneGroupName = "default",
            PrivateEndpointName = endpoint.Name,
            ResourceGroupName = _group.Name,
            PrivateDnsZoneConfigs = { new PrivateDnsZoneConfigArgs { Name = kind, PrivateDnsZoneId = zone.Id } },
        }, child);
    }
}

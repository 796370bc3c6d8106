using Byon.Infra.Model;
using Pulumi;
using Pulumi.AzureNative.WebPubSub;
using Pulumi.AzureNative.WebPubSub.Inputs;
using ResourceGroup = Pulumi.AzureNative.Resources.ResourceGroup;

namespace Byon.Infra.Components;

/// <summary>Web PubSub. Clients come with a token that functions ask for; access keys do not work.</summary>
public sealed class Messaging : ComponentResource
{
    public Messaging(ServicePlan plan, ResourceGroup group)
        : base("byon:infra:Messaging", "messaging")
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(group);
        var units = plan.Configuration.WebPubSubUnits;
        var args = new WebPubSubArgs
        {
            ResourceName = plan.Names.WebPubSub,
            ResourceGroupName = group.Name,
            Location = plan.Configuration.Location,
            Sku = units == 0 ? new ResourceSkuArgs { Name = "Free_F1", Capacity = 1 } : new ResourceSkuArgs { Name = "Standard_S1", Capacity = units },
            DisableLocalAuth = true,
            Tags = plan.Tags.ToInputMap(),
        };
        if (plan.Configuration.PrivateEndpoints) args.NetworkACLs = OnlyClientsFromOutside;
        Service = new WebPubSub("service", args, new CustomResourceOptions { Parent = this });
        RegisterOutputs();
    }

    public WebPubSub Service { get; }

    /// <summary>Devices are on the Internet, our programs come through the private endpoint.</summary>
    private static WebPubSubNetworkACLsArgs OnlyClientsFromOutside => new()
    {
        DefaultAction = ACLAction.Allow,
        PublicNetwork = new NetworkACLArgs
        {
            Deny = { Kind(WebPubSubRequestType.ServerConnection), Kind(WebPubSubRequestType.RESTAPI), Kind(WebPubSubRequestType.Trace) },
        },
    };

    private static Union<string, WebPubSubRequestType> Kind(WebPubSubRequestType type) => Union<string, WebPubSubRequestType>.FromT1(type);
}

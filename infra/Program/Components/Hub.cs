using Byon.Infra.Model;
using Pulumi;
using Pulumi.AzureNative.WebPubSub;
using Pulumi.AzureNative.WebPubSub.Inputs;
using ResourceGroup = Pulumi.AzureNative.Resources.ResourceGroup;

namespace Byon.Infra.Components;

/// <summary>The hub devices connect to. It tells functions of each socket that opened, so that they can send it what rings.</summary>
public sealed class Hub : ComponentResource
{
    public Hub(ResourceGroup group, Messaging messaging, FunctionApp functions)
        : base("byon:infra:Hub", "hub")
    {
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(messaging);
        ArgumentNullException.ThrowIfNull(functions);
        _ = new WebPubSubHub(ServicePlan.Hub, new WebPubSubHubArgs
        {
            HubName = ServicePlan.Hub,
            ResourceName = messaging.Service.Name,
            ResourceGroupName = group.Name,
            Properties = new WebPubSubHubPropertiesArgs
            {
                AnonymousConnectPolicy = "deny",
                EventHandlers =
                {
                    new EventHandlerArgs
                    {
                        UrlTemplate = Output.Format($"https://{functions.App.DefaultHostName}{ServicePlan.HubHook}"),
                        SystemEvents = { ServicePlan.HubEvent },
                    },
                },
            },
        }, new CustomResourceOptions { Parent = this });
        RegisterOutputs();
    }
}

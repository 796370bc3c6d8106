using Byon.Infra.Model;
using Pulumi;
using Pulumi.AzureNative.ContainerRegistry;
using Pulumi.AzureNative.ContainerRegistry.Inputs;
using ResourceGroup = Pulumi.AzureNative.Resources.ResourceGroup;

namespace Byon.Infra.Components;

/// <summary>Holds the media node's image. Only identities with a role pull from it.</summary>
public sealed class ImageRegistry : ComponentResource
{
    public ImageRegistry(ServicePlan plan, ResourceGroup group)
        : base("byon:infra:ImageRegistry", "image-registry")
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(group);
        Registry = new Registry("registry", new RegistryArgs
        {
            RegistryName = plan.Names.Registry,
            ResourceGroupName = group.Name,
            Location = plan.Configuration.Location,
            Sku = new SkuArgs { Name = plan.Configuration.Environment.IsProduction ? SkuName.Standard : SkuName.Basic },
            AdminUserEnabled = false,
            AnonymousPullEnabled = false,
            Tags = plan.Tags.ToInputMap(),
        }, new CustomResourceOptions { Parent = this });
        RegisterOutputs();
    }

    public Registry Registry { get; }
}

using Byon.Infra.Model;
using Byon.Infra.Model.Configuration;
using Pulumi;
using Pulumi.AzureNative.Web;
using Pulumi.AzureNative.Web.Inputs;
using ResourceGroup = Pulumi.AzureNative.Resources.ResourceGroup;

namespace Byon.Infra.Components;

/// <summary>Where the softphone page is served from.</summary>
public sealed class Site : ComponentResource
{
    public Site(ServicePlan plan, ResourceGroup group)
        : base("byon:infra:Site", "site")
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(group);
        Page = new StaticSite("softphone", new StaticSiteArgs
        {
            Name = plan.Names.Site,
            ResourceGroupName = group.Name,
            Location = Regions.ForSite(plan.Configuration.Location),
            Sku = new SkuDescriptionArgs { Name = "Free", Tier = "Free" },
            AllowConfigFileUpdates = true,
            Tags = plan.Tags.ToInputMap(),
        }, new CustomResourceOptions { Parent = this });
        RegisterOutputs();
    }

    public StaticSite Page { get; }
}

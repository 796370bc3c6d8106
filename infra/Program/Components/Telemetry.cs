using Byon.Infra.Model;
using Pulumi;
using Pulumi.AzureNative.ApplicationInsights;
using Pulumi.AzureNative.OperationalInsights;
using Pulumi.AzureNative.OperationalInsights.Inputs;
using ResourceGroup = Pulumi.AzureNative.Resources.ResourceGroup;

namespace Byon.Infra.Components;

/// <summary>The log workspace, and Application Insights over it. Nothing writes to them without an identity.</summary>
public sealed class Telemetry : ComponentResource
{
    public Telemetry(ServicePlan plan, ResourceGroup group)
        : base("byon:infra:Telemetry", "telemetry")
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(group);
        var child = new CustomResourceOptions { Parent = this };
        Logs = new Workspace("logs", new WorkspaceArgs
        {
            WorkspaceName = plan.Names.Logs,
            ResourceGroupName = group.Name,
            Location = plan.Configuration.Location,
            Sku = new WorkspaceSkuArgs { Name = WorkspaceSkuNameEnum.PerGB2018 },
            RetentionInDays = plan.Configuration.LogDays,
            Tags = plan.Tags.ToInputMap(),
        }, child);
        Insights = new Component("insights", new ComponentArgs
        {
            ResourceName = plan.Names.Insights,
            ResourceGroupName = group.Name,
            Location = plan.Configuration.Location,
            Kind = "web",
            ApplicationType = ApplicationType.Web,
            WorkspaceResourceId = Logs.Id,
            DisableLocalAuth = true,
            Tags = plan.Tags.ToInputMap(),
        }, child);
        RegisterOutputs();
    }

    public Workspace Logs { get; }

    public Component Insights { get; }
}

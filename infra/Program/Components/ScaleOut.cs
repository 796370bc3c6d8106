using System.Globalization;
using System.Xml;
using Byon.Infra.Model;
using Byon.Infra.Model.Nodes;
using Pulumi;
using Pulumi.AzureNative.Monitor;
using Pulumi.AzureNative.Monitor.Inputs;
using ResourceGroup = Pulumi.AzureNative.Resources.ResourceGroup;

namespace Byon.Infra.Components;

/// <summary>The pool's growth under load. Out only: in is one machine at a time, after it has drained (<see cref="ScalePolicy"/>).</summary>
public sealed class ScaleOut : ComponentResource
{
    public ScaleOut(ServicePlan plan, ResourceGroup group, MediaPool nodes)
        : base("byon:infra:ScaleOut", "scale-out")
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(nodes);
        var scale = plan.Scale;
        _ = new AutoscaleSetting("autoscale", new AutoscaleSettingArgs
        {
            AutoscaleSettingName = $"{plan.Names.NodePool}-out",
            ResourceGroupName = group.Name,
            Location = plan.Configuration.Location,
            Enabled = true,
            TargetResourceUri = nodes.Machines.Id,
            Profiles =
            {
                new AutoscaleProfileArgs
                {
                    Name = "out",
                    Capacity = new ScaleCapacityArgs { Minimum = Text(scale.Count), Maximum = Text(scale.Maximum), Default = Text(scale.Count) },
                    Rules = { new ScaleRuleArgs { MetricTrigger = Busy(scale, nodes.Machines.Id), ScaleAction = OneMore(scale) } },
                },
            },
            Tags = plan.Tags.ToInputMap(),
        }, new CustomResourceOptions { Parent = this });
        RegisterOutputs();
    }

    private static MetricTriggerArgs Busy(ScalePolicy scale, Output<string> machines) => new()
    {
        MetricName = "Percentage CPU",
        MetricResourceUri = machines,
        Operator = ComparisonOperationType.GreaterThan,
        Statistic = MetricStatisticType.Average,
        TimeAggregation = TimeAggregationType.Average,
        TimeGrain = "PT1M",
        TimeWindow = XmlConvert.ToString(scale.Window),
        Threshold = scale.OutAtProcessorPercent,
    };

    private static ScaleActionArgs OneMore(ScalePolicy scale) => new()
    {
        Direction = ScaleDirection.Increase,
        Type = ScaleType.ChangeCount,
        Value = "1",
        Cooldown = XmlConvert.ToString(scale.Pause),
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

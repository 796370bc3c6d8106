using System.Xml;
using Byon.Infra.Model;
using Byon.Infra.Model.Alerts;
using Pulumi;
using Pulumi.AzureNative.Monitor;
using Pulumi.AzureNative.Monitor.Inputs;
using ActionGroupArgs = Pulumi.AzureNative.Monitor.ActionGroupArgs;
using ResourceGroup = Pulumi.AzureNative.Resources.ResourceGroup;

namespace Byon.Infra.Components;

/// <summary>The alerts of <see cref="AlertPlan"/>, and who gets them.</summary>
public sealed class Alerts : ComponentResource
{
    private readonly ServicePlan _plan;
    private readonly ResourceGroup _group;
    private readonly ActionGroup? _receiver;

    public Alerts(ServicePlan plan, ResourceGroup group, Telemetry telemetry, MediaPool nodes, Messaging messaging, Storage storage)
        : base("byon:infra:Alerts", "alerts")
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(telemetry);
        (_plan, _group) = (plan, group);
        _receiver = plan.Configuration.AlertEmail is { } email ? Receiver(email) : null;
        foreach (var alert in AlertPlan.Metrics)
        {
            Create(alert, alert.Target switch
            {
                AlertTarget.NodePool => nodes.Machines.Id,
                AlertTarget.WebPubSub => messaging.Service.Id,
                _ => storage.Account.Id,
            });
        }

        foreach (var alert in AlertPlan.Logs) Create(alert, telemetry.Logs.Id);
        RegisterOutputs();
    }

    private CustomResourceOptions Child => new() { Parent = this };

    private ActionGroup Receiver(string email) => new("receiver", new ActionGroupArgs
    {
        ActionGroupName = $"ag-byon-{_plan.Names.Environment}",
        ResourceGroupName = _group.Name,
        Location = "Global",
        GroupShortName = "byon",
        Enabled = true,
        EmailReceivers = { new MicrosoftCommonEmailReceiverArgs { Name = "operators", EmailAddress = email, UseCommonAlertSchema = true } },
        Tags = _plan.Tags.ToInputMap(),
    }, Child);

    private void Create(Model.Alerts.MetricAlert alert, Output<string> target)
    {
        var args = new MetricAlertArgs
        {
            RuleName = Name(alert),
            ResourceGroupName = _group.Name,
            Location = "global",
            Description = alert.Meaning,
            Enabled = true,
            Severity = (int)alert.Severity,
            Scopes = { target },
            EvaluationFrequency = "PT5M",
            WindowSize = XmlConvert.ToString(alert.Window),
            Criteria = new MetricAlertSingleResourceMultipleMetricCriteriaArgs
            {
                OdataType = "Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria",
                AllOf =
                {
                    new MetricCriteriaArgs
                    {
                        Name = alert.Name,
                        CriterionType = "StaticThresholdCriterion",
                        MetricNamespace = alert.Namespace,
                        MetricName = alert.Metric,
                        Operator = alert.Above ? Operator.GreaterThan : Operator.LessThan,
                        Threshold = alert.Threshold,
                        TimeAggregation = alert.Aggregation,
                    },
                },
            },
            Tags = _plan.Tags.ToInputMap(),
        };
        if (_receiver is not null) args.Actions.Add(new MetricAlertActionArgs { ActionGroupId = _receiver.Id });
        _ = new Pulumi.AzureNative.Monitor.MetricAlert(alert.Name, args, Child);
    }

    private void Create(LogAlert alert, Output<string> workspace)
    {
        var actions = new ActionsArgs();
        if (_receiver is not null) actions.ActionGroups.Add(_receiver.Id);
        _ = new ScheduledQueryRule(alert.Name, Rule(alert, workspace, actions), Child);
    }

    private ScheduledQueryRuleArgs Rule(LogAlert alert, Output<string> workspace, ActionsArgs actions) => new()
    {
        RuleName = Name(alert),
        ResourceGroupName = _group.Name,
        Location = _plan.Configuration.Location,
        Kind = "LogAlert",
        DisplayName = alert.Name,
        Description = alert.Meaning,
        Enabled = true,
        AutoMitigate = true,
        Severity = (int)alert.Severity,
        Scopes = { workspace },
        EvaluationFrequency = "PT5M",
        WindowSize = XmlConvert.ToString(alert.Window),
        // Tables of Application Insights exist only once something was written to them.
        SkipQueryValidation = true,
        Criteria = new ScheduledQueryRuleCriteriaArgs
        {
            AllOf =
            {
                new ConditionArgs
                {
                    Query = alert.Query,
                    TimeAggregation = TimeAggregation.Count,
                    Operator = ConditionOperator.GreaterThan,
                    Threshold = alert.Above,
                    FailingPeriods = new ConditionFailingPeriodsArgs { MinFailingPeriodsToAlert = 1, NumberOfEvaluationPeriods = 1 },
                },
            },
        },
        Actions = actions,
        Tags = _plan.Tags.ToInputMap(),
    };

    private string Name(Alert alert) => $"byon-{_plan.Names.Environment}-{alert.Name}";
}

namespace Byon.Infra.Model.Alerts;

/// <summary>Every alert of an environment.</summary>
public static class AlertPlan
{
    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan QuarterHour = TimeSpan.FromMinutes(15);

    public static IReadOnlyList<MetricAlert> Metrics { get; } =
    [
        new("node-lost", AlertSeverity.Critical, FiveMinutes,
            "A media node's machine does not run. Another node takes over its registrations and connected calls within 20 s, and calls that were ringing have ended; automatic repair replaces the machine after 30 minutes. Look at it when it does not come back.",
            AlertTarget.NodePool, "Microsoft.Compute/virtualMachineScaleSets", "VmAvailabilityMetric", "Average", Above: false, 1),
        new("nodes-busy", AlertSeverity.Warning, QuarterHour,
            "The pool's processors are busier than the scaling should leave them: it has reached byon:nodeMaximum, or the public addresses have run out. Raise it, or take larger machines.",
            AlertTarget.NodePool, "Microsoft.Compute/virtualMachineScaleSets", "Percentage CPU", "Average", Above: true, 80),
        new("connections-nearly-full", AlertSeverity.Warning, QuarterHour,
            "Web PubSub is at 80 % of its connections; beyond 100 % devices get no events. Raise byon:webPubSubUnits.",
            AlertTarget.WebPubSub, "Microsoft.SignalRService/WebPubSub", "ConnectionQuotaUtilization", "Maximum", Above: true, 80),
        new("storage-unavailable", AlertSeverity.Error, QuarterHour,
            "Tables or queues fail. Calls in progress go on, new ones are refused with 503. Usually the region's doing: see Azure's status page; otherwise the account's firewall.",
            AlertTarget.StorageAccount, "Microsoft.Storage/storageAccounts", "Availability", "Average", Above: false, 99),
    ];

    public static IReadOnlyList<LogAlert> Logs { get; } =
    [
        new("api-errors", AlertSeverity.Error, FiveMinutes,
            "The API answers with 5xx. 503 means that no node is ready or storage is away; 500 is a fault of ours, with its trace in AppExceptions.",
            "AppRequests | where toint(ResultCode) >= 500", 10),
        new("poison-messages", AlertSeverity.Warning, QuarterHour,
            "Work of a queue has failed too often and was put aside in QUEUE-poison. Read the message there, mend the cause, and put it back into QUEUE.",
            "AppTraces | where Message has \"MaxDequeueCount\"", 0),
    ];

    public static IEnumerable<Alert> All => [.. Metrics, .. Logs];
}

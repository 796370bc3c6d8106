namespace Byon.Infra.Model.Alerts;

/// <summary>What an alert watches.</summary>
public enum AlertTarget
{
    NodePool,
    WebPubSub,
    StorageAccount,
}

public enum AlertSeverity
{
    Critical = 0,
    Error = 1,
    Warning = 2,
}

/// <summary>Something to be woken for, or to look at.</summary>
/// <param name="Window">Over which the value is taken.</param>
/// <param name="Meaning">What it tells and what to do: for the mail, and the table in docs/operate.md.</param>
public abstract record Alert(string Name, AlertSeverity Severity, TimeSpan Window, string Meaning);

/// <param name="Metric">Azure's name of the metric in <paramref name="Namespace"/>.</param>
/// <param name="Above">True: told above the threshold; false: below.</param>
public sealed record MetricAlert(
    string Name, AlertSeverity Severity, TimeSpan Window, string Meaning,
    AlertTarget Target, string Namespace, string Metric, string Aggregation, bool Above, double Threshold)
    : Alert(Name, Severity, Window, Meaning);

/// <param name="Query">KQL over the workspace; told when it finds more than <paramref name="Above"/> rows.</param>
public sealed record LogAlert(string Name, AlertSeverity Severity, TimeSpan Window, string Meaning, string Query, double Above)
    : Alert(Name, Severity, Window, Meaning);

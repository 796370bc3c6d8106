using Azure.Core;

namespace Azure.Storage.Queues;

/// <summary>Retries, transport and diagnostics come from Azure.Core.</summary>
public class QueueClientOptions : ClientOptions
{
    internal const string Version = "2020-12-06";
    internal const string Scope = "https://storage.azure.com/.default";

    /// <summary>How text travels. The queue trigger of Azure Functions expects what its host.json says.</summary>
    public QueueMessageEncoding MessageEncoding { get; set; } = QueueMessageEncoding.None;
}

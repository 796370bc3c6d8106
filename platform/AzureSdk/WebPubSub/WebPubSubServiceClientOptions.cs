using Azure.Core;

namespace Azure.Messaging.WebPubSub;

/// <summary>Retries, transport and diagnostics come from Azure.Core.</summary>
public class WebPubSubServiceClientOptions : ClientOptions
{
    internal const string Version = "2024-12-01";
    internal const string Scope = "https://webpubsub.azure.com/.default";
}

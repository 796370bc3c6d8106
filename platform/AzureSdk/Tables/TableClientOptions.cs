using Azure.Core;

namespace Azure.Data.Tables;

/// <summary>Retries, transport and diagnostics come from Azure.Core.</summary>
public class TableClientOptions : ClientOptions
{
    internal const string Version = "2020-12-06";
    internal const string Scope = "https://storage.azure.com/.default";
}

using Byon.Infra.Model.Configuration;
using Byon.Platform;

namespace Byon.Infra.Model.Settings;

/// <summary>What is known only once resources exist.</summary>
/// <param name="ClientId">Of the functions' identity.</param>
/// <param name="InsightsConnection">Connection string of Application Insights; names an ingestion point, and is no secret here because the identity signs in.</param>
public sealed record FunctionAddresses(string ClientId, string InsightsConnection);

/// <summary>The function app's settings: the host's own, then those of our programs.</summary>
public static class FunctionSettings
{
    /// <summary>The connection that queue triggers name in their function.json.</summary>
    public const string HostConnection = "AzureWebJobsStorage";

    private static readonly (string Name, Func<ServiceConfiguration, Names, FunctionAddresses, string> Value)[] All =
    [
        ($"{HostConnection}__blobServiceUri", (_, names, _) => names.BlobService),
        ($"{HostConnection}__queueServiceUri", (_, names, _) => names.QueueService),
        ($"{HostConnection}__tableServiceUri", (_, names, _) => names.TableService),
        ($"{HostConnection}__credential", (_, _, _) => "managedidentity"),
        ($"{HostConnection}__clientId", (_, _, at) => at.ClientId),
        ("APPLICATIONINSIGHTS_CONNECTION_STRING", (_, _, at) => at.InsightsConnection),
        ("APPLICATIONINSIGHTS_AUTHENTICATION_STRING", (_, _, at) => $"ClientId={at.ClientId};Authorization=AAD"),
        // Which identity DefaultAzureCredential takes; without it a user-assigned one is not found.
        ("AZURE_CLIENT_ID", (_, _, at) => at.ClientId),
        ($"{StorageOptions.Section}__{nameof(StorageOptions.TableServiceUri)}", (_, names, _) => names.TableService),
        ($"{StorageOptions.Section}__{nameof(StorageOptions.QueueServiceUri)}", (_, names, _) => names.QueueService),
        ($"{WebPubSubOptions.Section}__{nameof(WebPubSubOptions.Endpoint)}", (_, names, _) => names.WebPubSubEndpoint),
        ($"{WebPubSubOptions.Section}__{nameof(WebPubSubOptions.Hub)}", (_, _, _) => ServicePlan.Hub),
        ($"{ControlOptions.Section}__{nameof(ControlOptions.PoolKey)}", (_, names, _) => $"@Microsoft.KeyVault(SecretUri={names.PoolKeyUri})"),
        ("Auth__Authority", (it, _, _) => it.Api.Authority.ToString().TrimEnd('/')),
        ("Auth__Audience", (it, _, _) => it.Api.Audience),
    ];

    /// <summary>Names that follow from other keys, and so cannot be set by hand.</summary>
    public static IReadOnlyCollection<string> Owned { get; } = [.. All.Select(setting => setting.Name)];

    public static IReadOnlyDictionary<string, string> Write(ServiceConfiguration configuration, FunctionAddresses addresses)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var names = Names.Of(configuration);
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in All)
            settings[name] = value(configuration, names, addresses);
        foreach (var (name, value) in configuration.Functions.Settings)
            settings[name] = value;
        return settings;
    }
}

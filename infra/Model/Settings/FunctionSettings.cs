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
    /// <summary>The Functions host's own: its leases, timers and keys.</summary>
    private const string Host = "AzureWebJobsStorage";

    private static readonly (string Name, Func<ServiceConfiguration, Names, FunctionAddresses, string> Value)[] All =
    [
        ($"{Host}__blobServiceUri", (_, names, _) => names.BlobService),
        ($"{Host}__queueServiceUri", (_, names, _) => names.QueueService),
        ($"{Host}__tableServiceUri", (_, names, _) => names.TableService),
        ($"{Host}__credential", (_, _, _) => "managedidentity"),
        ($"{Host}__clientId", (_, _, at) => at.ClientId),
        ("APPLICATIONINSIGHTS_CONNECTION_STRING", (_, _, at) => at.InsightsConnection),
        ("APPLICATIONINSIGHTS_AUTHENTICATION_STRING", (_, _, at) => $"ClientId={at.ClientId};Authorization=AAD"),
        // Which identity DefaultAzureCredential takes; without it a user-assigned one is not found.
        ("AZURE_CLIENT_ID", (_, _, at) => at.ClientId),
        ($"{StorageOptions.Section}__{nameof(StorageOptions.TableServiceUri)}", (_, names, _) => names.TableService),
        ($"{StorageOptions.Section}__{nameof(StorageOptions.QueueServiceUri)}", (_, names, _) => names.QueueService),
        // The connection that queue triggers name: the host reads it as well, and has to be told whose identity.
        ($"{StorageOptions.Section}__credential", (_, _, _) => "managedidentity"),
        ($"{StorageOptions.Section}__clientId", (_, _, at) => at.ClientId),
        ($"{WebPubSubOptions.Section}__{nameof(WebPubSubOptions.Endpoint)}", (_, names, _) => names.WebPubSubEndpoint),
        ($"{WebPubSubOptions.Section}__{nameof(WebPubSubOptions.Hub)}", (_, _, _) => ServicePlan.Hub),
        ($"{ControlOptions.Section}__{nameof(ControlOptions.PoolKey)}", (_, names, _) => Reference(names, Names.PoolKeySecret)),
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
        foreach (var (name, secret) in configuration.Functions.Secrets)
            settings[name] = Reference(names, secret);
        return settings;
    }

    /// <summary>Without a version: the platform takes a new one within a day, or at once when the app restarts.</summary>
    private static string Reference(Names names, string secret) => $"@Microsoft.KeyVault(SecretUri={names.SecretUri(secret)})";
}

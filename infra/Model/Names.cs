using Byon.Infra.Model.Configuration;

namespace Byon.Infra.Model;

/// <summary>
/// Every resource's name. Those that are world-wide (storage, vault, registry, Web PubSub, function app) end in the operator's
/// suffix; addresses follow from names, in Azure's public cloud.
/// </summary>
public sealed record Names(string Environment, string Suffix)
{
    public const string PackageContainer = "packages";

    /// <summary>What a Flex Consumption app looks for in its container.</summary>
    public const string PackageBlob = "released-package.zip";

    public const string PoolKeySecret = "pool-key";
    public const string Image = "byon-medianode";
    public const string MediaSubnet = "snet-media";
    public const string FunctionsSubnet = "snet-functions";
    public const string EndpointsSubnet = "snet-endpoints";

    public static Names Of(ServiceConfiguration configuration) => new(configuration.Environment.Name, configuration.Suffix);

    /// <summary>Data, functions and everything that stays; and apart from it what the nodes' identity may read.</summary>
    public string CoreGroup => $"rg-byon-{Environment}";

    public string MediaGroup => $"rg-byon-{Environment}-media";
    public string StorageAccount => $"byon{Environment}{Suffix}";
    public string Registry => $"byon{Environment}{Suffix}";
    public string Vault => $"byon-{Environment}-{Suffix}";
    public string WebPubSub => $"byon-{Environment}-{Suffix}";
    public string FunctionApp => $"byon-{Environment}-{Suffix}";
    public string FunctionsPlan => $"plan-byon-{Environment}";
    public string FunctionsIdentity => $"id-byon-{Environment}-functions";
    public string NodesIdentity => $"id-byon-{Environment}-nodes";
    public string Network => $"vnet-byon-{Environment}";
    public string MediaFirewall => $"nsg-byon-{Environment}-media";
    public string InnerFirewall => $"nsg-byon-{Environment}-inner";
    public string PublicPrefix => $"ippre-byon-{Environment}";
    public string NodePool => $"vmss-byon-{Environment}";
    public string Logs => $"log-byon-{Environment}";
    public string Insights => $"appi-byon-{Environment}";
    public string Site => $"stapp-byon-{Environment}";

    public string BlobService => $"https://{StorageAccount}.blob.core.windows.net";
    public string QueueService => $"https://{StorageAccount}.queue.core.windows.net";
    public string TableService => $"https://{StorageAccount}.table.core.windows.net";
    public string WebPubSubEndpoint => $"https://{WebPubSub}.webpubsub.azure.com";
    public string RegistryServer => $"{Registry}.azurecr.io";
    public string SecretUri(string secret) => $"https://{Vault}.vault.azure.net/secrets/{secret}";

    public string ImageReference(string tag) => $"{RegistryServer}/{Image}:{tag}";
}

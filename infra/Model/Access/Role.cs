namespace Byon.Infra.Model.Access;

/// <summary>Azure's built-in roles that are given to an identity of ours.</summary>
/// <param name="Id">The role definition's GUID, the same in every tenant.</param>
public sealed record Role(string Name, string Id)
{
    /// <summary>What the Functions host demands for its leases and keys, and for reading the package.</summary>
    public static Role StorageBlobDataOwner { get; } = new("Storage Blob Data Owner", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b");

    public static Role StorageQueueDataContributor { get; } = new("Storage Queue Data Contributor", "974c5e8b-45b9-4653-ba55-5f855dd0fb88");
    public static Role StorageQueueDataMessageSender { get; } = new("Storage Queue Data Message Sender", "c6a89b2d-59bc-44d0-9896-0f6e12d7b80a");
    public static Role StorageTableDataContributor { get; } = new("Storage Table Data Contributor", "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3");
    public static Role WebPubSubServiceOwner { get; } = new("Web PubSub Service Owner", "12cf5a90-567b-43ae-8102-96cf46c7d9b4");
    public static Role KeyVaultSecretsUser { get; } = new("Key Vault Secrets User", "4633458b-17de-408a-b874-0445c86b69e6");
    public static Role MonitoringMetricsPublisher { get; } = new("Monitoring Metrics Publisher", "3913510d-42f4-4e42-8a64-420c390055eb");
    public static Role AcrPull { get; } = new("AcrPull", "7f951dda-4ed3-4680-a7ca-43fe172d538d");
    public static Role Reader { get; } = new("Reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7");
}

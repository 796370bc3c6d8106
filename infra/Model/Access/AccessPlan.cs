namespace Byon.Infra.Model.Access;

public enum Identity
{
    Functions,
    Nodes,
}

/// <summary>What a role is given on: never more than one resource, or the media nodes' own group.</summary>
public enum AccessScope
{
    StorageAccount,
    WebPubSub,
    PoolKeySecret,
    Registry,
    Insights,
    MediaGroup,
}

/// <param name="Why">For the table in docs/operate.md.</param>
public sealed record RoleGrant(Identity Identity, Role Role, AccessScope Scope, string Why);

/// <summary>Who may do what. Nothing else is given to anybody, and no key, password or connection string exists besides.</summary>
public static class AccessPlan
{
    public static IReadOnlyList<RoleGrant> Grants { get; } =
    [
        new(Identity.Functions, Role.StorageBlobDataOwner, AccessScope.StorageAccount, "the host's leases, timers and package"),
        new(Identity.Functions, Role.StorageQueueDataContributor, AccessScope.StorageAccount, "queue triggers"),
        new(Identity.Functions, Role.StorageTableDataContributor, AccessScope.StorageAccount, "the stores"),
        new(Identity.Functions, Role.WebPubSubServiceOwner, AccessScope.WebPubSub, "client tokens and events"),
        new(Identity.Functions, Role.KeyVaultSecretsUser, AccessScope.PoolKeySecret, "the pool's key"),
        new(Identity.Functions, Role.MonitoringMetricsPublisher, AccessScope.Insights, "logs and metrics"),
        new(Identity.Nodes, Role.StorageTableDataContributor, AccessScope.StorageAccount, "the stores"),
        new(Identity.Nodes, Role.StorageQueueDataMessageSender, AccessScope.StorageAccount, "work for queue triggers"),
        new(Identity.Nodes, Role.WebPubSubServiceOwner, AccessScope.WebPubSub, "events"),
        new(Identity.Nodes, Role.KeyVaultSecretsUser, AccessScope.PoolKeySecret, "the pool's key"),
        new(Identity.Nodes, Role.AcrPull, AccessScope.Registry, "its image"),
        new(Identity.Nodes, Role.Reader, AccessScope.MediaGroup, "its own public address"),
    ];
}

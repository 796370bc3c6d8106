using System.Collections.Concurrent;
using System.Collections.Immutable;
using Pulumi.Testing;

namespace Byon.Tests.Infra.Program;

/// <summary>A cloud that creates everything it is asked for, and remembers how it was asked.</summary>
internal sealed class MockCloud : IMocks
{
    public const string SubscriptionId = "11111111-0000-0000-0000-000000000000";
    public const string ClientIdOfNodes = "client-of-nodes-identity";

    private readonly ConcurrentQueue<CloudResource> _created = new();

    public IReadOnlyCollection<CloudResource> Created => _created;

    public Task<(string? id, object state)> NewResourceAsync(MockResourceArgs args)
    {
        var resource = new CloudResource(args.Type ?? "", args.Name ?? "", args.Inputs);
        if (resource.Type.StartsWith("azure-native:", StringComparison.Ordinal)) _created.Enqueue(resource);
        var state = args.Inputs.SetItems(Computed(resource));
        return Task.FromResult<(string?, object)>(($"/subscriptions/{SubscriptionId}/{resource.Name}", state));
    }

    public Task<object> CallAsync(MockCallArgs args) => Task.FromResult<object>(ImmutableDictionary<string, object>.Empty
        .Add("subscriptionId", SubscriptionId).Add("tenantId", "tenant").Add("clientId", "client").Add("objectId", "object"));

    /// <summary>What Azure says about a resource besides what it was told.</summary>
    private static IEnumerable<KeyValuePair<string, object>> Computed(CloudResource resource)
    {
        var name = new[] { "accountName", "resourceGroupName", "vaultName", "privateZoneName", "virtualNetworkName", "resourceName" }
            .Select(key => resource.Inputs.GetValueOrDefault(key)).OfType<string>().FirstOrDefault() ?? resource.Name;
        yield return KeyValuePair.Create("name", (object)name);
        yield return KeyValuePair.Create("principalId", (object)$"principal-of-{resource.Name}");
        yield return KeyValuePair.Create("clientId", (object)$"client-of-{resource.Name}");
        yield return KeyValuePair.Create("connectionString", (object)"InstrumentationKey=none");
        yield return KeyValuePair.Create("defaultHostName", (object)"api.example");
        yield return KeyValuePair.Create("defaultHostname", (object)"page.example");
        yield return KeyValuePair.Create("ipPrefix", (object)"198.51.100.0/28");
    }
}

using System.Text.Json;
using Byon.Infra.Components;
using Byon.Infra.Model;
using Pulumi;
using Pulumi.AzureNative.Authorization;
using ResourceGroup = Pulumi.AzureNative.Resources.ResourceGroup;
using ResourceGroupArgs = Pulumi.AzureNative.Resources.ResourceGroupArgs;

namespace Byon.Infra;

/// <summary>One environment: its components in the order in which they need each other, and what an operator needs to know afterwards.</summary>
public static class Infrastructure
{
    /// <param name="poolKey">Secret: it must reach nothing but the vault.</param>
    public static IDictionary<string, object?> Define(ServicePlan plan, Output<string> poolKey)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var names = plan.Names;
        var client = GetClientConfig.Invoke();
        var core = Group(plan, "core", names.CoreGroup);
        var media = Group(plan, "media", names.MediaGroup);

        var identities = new Identities(plan, core);
        var telemetry = new Telemetry(plan, core);
        var network = new Network(plan, core);
        var storage = new Storage(plan, core);
        var vault = new Vault(plan, core, client.Apply(it => it.TenantId), poolKey, telemetry);
        var messaging = new Messaging(plan, core);
        var registry = new ImageRegistry(plan, core);
        var access = new Access(plan, identities, client.Apply(it => it.SubscriptionId), new AccessScopes(
            storage.Account.Id, messaging.Service.Id, vault.PoolKey.Id, vault.Resource.Id, registry.Registry.Id, telemetry.Insights.Id, media.Id));
        var privateLinks = plan.Configuration.PrivateEndpoints ? new PrivateLinks(plan, core, network, storage, vault, messaging) : null;

        var site = new Site(plan, core);
        // Programs that start before their roles are given, or their stores are reachable, fail and try again for minutes.
        Resource[] first = privateLinks is null ? [access] : [access, privateLinks];
        var functions = new FunctionApp(plan, core, identities, storage, telemetry, network, site, first);
        _ = new Hub(core, messaging, functions);
        var addresses = new NodeAddresses(plan, media);
        var nodes = new MediaPool(plan, media, identities, network, addresses, first);
        _ = new ScaleOut(plan, media, nodes);
        _ = new Alerts(plan, core, telemetry, nodes, messaging, storage);

        return new Dictionary<string, object?>
        {
            ["apiUrl"] = Output.Format($"https://{functions.App.DefaultHostName}"),
            ["softphoneUrl"] = Output.Format($"https://{site.Page.DefaultHostname}"),
            ["softphoneConfig"] = functions.App.DefaultHostName.Apply(host => SoftphoneConfig(plan, host)),
            ["webPubSubEndpoint"] = names.WebPubSubEndpoint,
            ["nodeAddresses"] = addresses.Prefix.IpPrefix,
            ["imageReference"] = names.ImageReference(plan.Configuration.Nodes.ImageTag),
            ["registry"] = names.RegistryServer,
            ["packageUrl"] = $"{names.BlobService}/{Names.PackageContainer}/{Names.PackageBlob}",
            ["functionApp"] = names.FunctionApp,
            ["nodePool"] = names.NodePool,
            ["coreGroup"] = names.CoreGroup,
            ["mediaGroup"] = names.MediaGroup,
            ["vault"] = names.Vault,
        };
    }

    private static ResourceGroup Group(ServicePlan plan, string name, string groupName) => new(name, new ResourceGroupArgs
    {
        ResourceGroupName = groupName,
        Location = plan.Configuration.Location,
        Tags = plan.Tags.ToInputMap(),
    });

    /// <summary>config.json of the softphone page.</summary>
    private static string SoftphoneConfig(ServicePlan plan, string host) => JsonSerializer.Serialize(new
    {
        apiBase = $"https://{host}",
        issuer = plan.Configuration.Api.Authority.ToString().TrimEnd('/'),
        clientId = plan.Configuration.Api.SoftphoneClient,
        scope = ServicePlan.SoftphoneScope,
        demoNumbers = Array.Empty<object>(),
        subscribers = Array.Empty<object>(),
        phonesCanCall = false,
    });
}

using Byon.Infra.Model;
using Byon.Infra.Model.Network;
using Pulumi;
using Pulumi.AzureNative.Storage;
using Pulumi.AzureNative.Storage.Inputs;
using ResourceGroup = Pulumi.AzureNative.Resources.ResourceGroup;

namespace Byon.Infra.Components;

/// <summary>One account: tables and queues of the service, and the container the function package lies in. It has no usable keys.</summary>
public sealed class Storage : ComponentResource
{
    public Storage(ServicePlan plan, ResourceGroup group)
        : base("byon:infra:Storage", "storage")
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(group);
        var production = plan.Configuration.Environment.IsProduction;
        Account = new StorageAccount("account", new StorageAccountArgs
        {
            AccountName = plan.Names.StorageAccount,
            ResourceGroupName = group.Name,
            Location = plan.Configuration.Location,
            Kind = Kind.StorageV2,
            Sku = new SkuArgs { Name = production ? SkuName.Standard_ZRS : SkuName.Standard_LRS },
            AllowSharedKeyAccess = false,
            AllowBlobPublicAccess = false,
            DefaultToOAuthAuthentication = true,
            EnableHttpsTrafficOnly = true,
            MinimumTlsVersion = MinimumTlsVersion.TLS1_2,
            PublicNetworkAccess = IsClosed(plan) ? PublicNetworkAccess.Disabled : PublicNetworkAccess.Enabled,
            NetworkRuleSet = Rules(plan),
            Tags = plan.Tags.ToInputMap(),
        }, new CustomResourceOptions { Parent = this, Protect = production });

        var child = new CustomResourceOptions { Parent = this, Protect = production };
        foreach (var table in StoragePlan.Tables)
            _ = new Table($"table-{table}", new TableArgs { TableName = table, AccountName = Account.Name, ResourceGroupName = group.Name }, child);
        foreach (var queue in StoragePlan.Queues)
            _ = new Queue($"queue-{queue}", new QueueArgs { QueueName = queue, AccountName = Account.Name, ResourceGroupName = group.Name }, child);
        _ = new BlobContainer("packages", new BlobContainerArgs
        {
            ContainerName = Names.PackageContainer,
            AccountName = Account.Name,
            ResourceGroupName = group.Name,
            PublicAccess = PublicAccess.None,
        }, new CustomResourceOptions { Parent = this });
        RegisterOutputs();
    }

    public StorageAccount Account { get; }

    /// <summary>With private endpoints and no operator's network, nobody outside reaches it at all.</summary>
    private static bool IsClosed(ServicePlan plan) => plan.Configuration.PrivateEndpoints && plan.Configuration.Network.OperatorNetworks.Count == 0;

    private static NetworkRuleSetArgs Rules(ServicePlan plan)
    {
        var rules = new NetworkRuleSetArgs
        {
            Bypass = Bypass.AzureServices,
            DefaultAction = plan.Configuration.PrivateEndpoints ? DefaultAction.Deny : DefaultAction.Allow,
        };
        if (!plan.Configuration.PrivateEndpoints) return rules;
        foreach (var address in plan.Configuration.Network.OperatorNetworks.SelectMany(Cidr.ForResourceFirewall))
            rules.IpRules.Add(new IPRuleArgs { IPAddressOrRange = address, Action = Pulumi.AzureNative.Storage.Action.Allow });
        return rules;
    }
}

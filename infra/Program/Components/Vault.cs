using Byon.Infra.Model;
using Byon.Infra.Model.Network;
using Pulumi;
using Pulumi.AzureNative.KeyVault;
using Pulumi.AzureNative.KeyVault.Inputs;
using Pulumi.AzureNative.Monitor;
using Pulumi.AzureNative.Monitor.Inputs;
using ResourceGroup = Pulumi.AzureNative.Resources.ResourceGroup;

namespace Byon.Infra.Components;

/// <summary>The vault with the pool's key, and a log of who read it.</summary>
public sealed class Vault : ComponentResource
{
    public Vault(ServicePlan plan, ResourceGroup group, Output<string> tenantId, Output<string> poolKey, Telemetry telemetry)
        : base("byon:infra:Vault", "vault")
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(group);
        ArgumentNullException.ThrowIfNull(telemetry);
        var production = plan.Configuration.Environment.IsProduction;
        Resource = new Pulumi.AzureNative.KeyVault.Vault("keys", new VaultArgs
        {
            VaultName = plan.Names.Vault,
            ResourceGroupName = group.Name,
            Location = plan.Configuration.Location,
            Properties = Properties(plan, tenantId),
            Tags = plan.Tags.ToInputMap(),
        }, new CustomResourceOptions { Parent = this, Protect = production });
        PoolKey = new Secret("pool-key", new SecretArgs
        {
            SecretName = Names.PoolKeySecret,
            VaultName = Resource.Name,
            ResourceGroupName = group.Name,
            Properties = new SecretPropertiesArgs { Value = poolKey },
        }, new CustomResourceOptions { Parent = this, AdditionalSecretOutputs = { "properties" } });
        _ = new DiagnosticSetting("vault-audit", new DiagnosticSettingArgs
        {
            Name = "audit",
            ResourceUri = Resource.Id,
            WorkspaceId = telemetry.Logs.Id,
            Logs = { new DiagnosticsLogSettingsArgs { CategoryGroup = "audit", Enabled = true } },
        }, new CustomResourceOptions { Parent = this });
        RegisterOutputs();
    }

    public Pulumi.AzureNative.KeyVault.Vault Resource { get; }

    public Secret PoolKey { get; }

    private static VaultPropertiesArgs Properties(ServicePlan plan, Output<string> tenantId)
    {
        var isPrivate = plan.Configuration.PrivateEndpoints;
        var operators = plan.Configuration.Network.OperatorNetworks;
        var rules = new NetworkRuleSetArgs
        {
            Bypass = NetworkRuleBypassOptions.AzureServices,
            DefaultAction = isPrivate ? NetworkRuleAction.Deny : NetworkRuleAction.Allow,
        };
        foreach (var address in isPrivate ? operators.SelectMany(Cidr.ForResourceFirewall) : [])
            rules.IpRules.Add(new IPRuleArgs { Value = address });
        return new VaultPropertiesArgs
        {
            TenantId = tenantId,
            Sku = new SkuArgs { Family = SkuFamily.A, Name = SkuName.Standard },
            EnableRbacAuthorization = true,
            EnableSoftDelete = true,
            SoftDeleteRetentionInDays = plan.Configuration.Environment.IsProduction ? 90 : 7,
            // Cannot be taken back, and holds the name for as long: for what must not be lost.
            EnablePurgeProtection = plan.Configuration.Environment.IsProduction ? true : null,
            PublicNetworkAccess = isPrivate && operators.Count == 0 ? "disabled" : "enabled",
            NetworkAcls = rules,
        };
    }
}

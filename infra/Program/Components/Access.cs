using Byon.Infra.Model;
using Byon.Infra.Model.Access;
using Pulumi;
using Pulumi.AzureNative.Authorization;
using Pulumi.AzureNative.ManagedIdentity;

namespace Byon.Infra.Components;

/// <summary>Ids of what roles are given on.</summary>
public sealed record AccessScopes(
    Output<string> StorageAccount, Output<string> WebPubSub, Output<string> PoolKeySecret, Output<string> Vault,
    Output<string> Registry, Output<string> Insights, Output<string> MediaGroup)
{
    public Output<string> Of(AccessScope scope) => scope switch
    {
        AccessScope.StorageAccount => StorageAccount,
        AccessScope.WebPubSub => WebPubSub,
        AccessScope.PoolKeySecret => PoolKeySecret,
        AccessScope.Registry => Registry,
        AccessScope.Insights => Insights,
        _ => MediaGroup,
    };
}

/// <summary>The role assignments of <see cref="AccessPlan"/>, those for the secrets an operator gave to functions and nodes, and no others.</summary>
public sealed class Access : ComponentResource
{
    public Access(ServicePlan plan, Identities identities, Output<string> subscriptionId, AccessScopes scopes)
        : base("byon:infra:Access", "access")
    {
        ArgumentNullException.ThrowIfNull(plan);
        foreach (var grant in AccessPlan.Grants)
            Assign($"{grant.Identity}-{grant.Role.Name}", identities.Of(grant.Identity), grant.Role, scopes.Of(grant.Scope));
        foreach (var secret in plan.Configuration.Functions.Secrets.Values.Distinct())
            Assign($"functions-secret-{secret}", identities.Functions, Role.KeyVaultSecretsUser, Output.Format($"{scopes.Vault}/secrets/{secret}"));
        foreach (var secret in plan.Configuration.Ims.Secrets)
            Assign($"nodes-secret-{secret}", identities.Nodes, Role.KeyVaultSecretsUser, Output.Format($"{scopes.Vault}/secrets/{secret}"));
        RegisterOutputs();

        void Assign(string name, UserAssignedIdentity identity, Role role, Output<string> scope) =>
            _ = new RoleAssignment(name.ToLowerInvariant().Replace(' ', '-'), new RoleAssignmentArgs
            {
                PrincipalId = identity.PrincipalId,
                PrincipalType = PrincipalType.ServicePrincipal,
                RoleDefinitionId = subscriptionId.Apply(id => $"/subscriptions/{id}/providers/Microsoft.Authorization/roleDefinitions/{role.Id}"),
                Scope = scope,
            }, new CustomResourceOptions { Parent = this });
    }
}

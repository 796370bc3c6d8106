using Byon.Infra.Model;
using Byon.Infra.Model.Access;
using Pulumi;
using Pulumi.AzureNative.Authorization;

namespace Byon.Infra.Components;

/// <summary>Ids of what roles are given on.</summary>
public sealed record AccessScopes(
    Output<string> StorageAccount, Output<string> WebPubSub, Output<string> PoolKeySecret, Output<string> Registry,
    Output<string> Insights, Output<string> MediaGroup)
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

/// <summary>The role assignments of <see cref="AccessPlan"/>, and no others.</summary>
public sealed class Access : ComponentResource
{
    public Access(ServicePlan plan, Identities identities, Output<string> subscriptionId, AccessScopes scopes)
        : base("byon:infra:Access", "access")
    {
        ArgumentNullException.ThrowIfNull(plan);
        foreach (var grant in AccessPlan.Grants)
        {
            _ = new RoleAssignment($"{grant.Identity}-{grant.Role.Name}".ToLowerInvariant().Replace(' ', '-'), new RoleAssignmentArgs
            {
                PrincipalId = identities.Of(grant.Identity).PrincipalId,
                PrincipalType = PrincipalType.ServicePrincipal,
                RoleDefinitionId = subscriptionId.Apply(id => $"/subscriptions/{id}/providers/Microsoft.Authorization/roleDefinitions/{grant.Role.Id}"),
                Scope = scopes.Of(grant.Scope),
            }, new CustomResourceOptions { Parent = this });
        }

        RegisterOutputs();
    }
}

using Byon.Infra.Model;
using Byon.Infra.Model.Access;
using Pulumi;
using Pulumi.AzureNative.ManagedIdentity;
using ResourceGroup = Pulumi.AzureNative.Resources.ResourceGroup;

namespace Byon.Infra.Components;

/// <summary>Who our programs are. They hold no key, password or connection string besides.</summary>
public sealed class Identities : ComponentResource
{
    public Identities(ServicePlan plan, ResourceGroup group)
        : base("byon:infra:Identities", "identities")
    {
        Functions = Create("functions-identity", plan.Names.FunctionsIdentity);
        Nodes = Create("nodes-identity", plan.Names.NodesIdentity);
        RegisterOutputs();

        UserAssignedIdentity Create(string name, string resourceName) => new(name, new UserAssignedIdentityArgs
        {
            ResourceName = resourceName,
            ResourceGroupName = group.Name,
            Location = plan.Configuration.Location,
            Tags = plan.Tags.ToInputMap(),
        }, new CustomResourceOptions { Parent = this });
    }

    public UserAssignedIdentity Functions { get; }

    public UserAssignedIdentity Nodes { get; }

    public UserAssignedIdentity Of(Identity identity) => identity == Identity.Functions ? Functions : Nodes;
}

using System.Net;

namespace Byon.Infra.Model.Network;

/// <summary>The virtual network of one environment.</summary>
/// <param name="Media">Machines of the media nodes.</param>
/// <param name="Functions">Delegated to the function app's outbound integration.</param>
/// <param name="Endpoints">Private endpoints of storage, Web PubSub and the vault.</param>
public sealed record AddressPlan(IPNetwork Space, IPNetwork Media, IPNetwork Functions, IPNetwork Endpoints)
{
    /// <summary>What a Flex Consumption app wants its subnet delegated to. The subnet's name must have no underscore.</summary>
    public const string FunctionsDelegation = "Microsoft.App/environments";

    /// <summary>Smallest subnet the integration takes.</summary>
    public const int LongestFunctionsPrefix = 27;
}

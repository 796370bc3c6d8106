using System.Collections.Frozen;

namespace Byon.Infra.Model.Configuration;

/// <summary>Regions of Azure's public cloud that have Flex Consumption, availability zones and Web PubSub. Add one once it has all three.</summary>
public static class Regions
{
    public static FrozenSet<string> All { get; } = new[]
    {
        "australiaeast", "brazilsouth", "canadacentral", "centralindia", "centralus", "eastasia", "eastus", "eastus2",
        "francecentral", "germanywestcentral", "italynorth", "japaneast", "koreacentral", "northeurope", "norwayeast",
        "southafricanorth", "southcentralus", "southeastasia", "spaincentral", "swedencentral", "switzerlandnorth",
        "uaenorth", "uksouth", "westeurope", "westus2", "westus3",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Static sites are managed from a few regions and served from everywhere.</summary>
    public static string ForSite(string location) =>
        location is "centralus" or "eastasia" or "eastus2" or "westeurope" or "westus2" ? location : "westeurope";
}

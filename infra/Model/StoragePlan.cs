using Byon.Platform.Stores;

namespace Byon.Infra.Model;

/// <summary>Tables and queues, by the names the programs use.</summary>
public static class StoragePlan
{
    public static IReadOnlyList<string> Tables => TableNames.All;

    /// <summary>Each with its twin for messages that failed too often, which the Functions host would otherwise create with the first one.</summary>
    public static IReadOnlyList<string> Queues => QueueNames.All;
}

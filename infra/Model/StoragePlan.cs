using Byon.Platform.Stores;

namespace Byon.Infra.Model;

/// <summary>Tables and queues, by the names the programs use.</summary>
public static class StoragePlan
{
    /// <summary>What the Functions host appends to a queue's name for messages that failed too often.</summary>
    public const string PoisonSuffix = "-poison";

    public static IReadOnlyList<string> Tables => TableNames.All;

    /// <summary>Each with its twin for poison messages, so that an alert can watch it before the first one.</summary>
    public static IReadOnlyList<string> Queues { get; } = [.. WorkQueues.SelectMany(name => new[] { name, name + PoisonSuffix })];

    private static IReadOnlyList<string> WorkQueues => [];
}

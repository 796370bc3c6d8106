using System.Text.Json;

namespace Byon.Tests.TestKit;

/// <summary>Counts that are agreed on: tests/Bench/budgets.json. They are no timings, so tests hold the product to them.</summary>
public static class Budgets
{
    public static IReadOnlyDictionary<string, int> StorageOperations { get; } = Read("storageOperations");

    /// <summary>Bytes on the managed heap, per packet, by what is done with it.</summary>
    public static IReadOnlyDictionary<string, int> PacketAllocations { get; } = Read("bytesAllocatedPerPacket");

    /// <summary>Bytes on the managed heap for what comes every few seconds of a call.</summary>
    public static IReadOnlyDictionary<string, int> EventAllocations { get; } = Read("bytesAllocatedPerEvent");

    private static Dictionary<string, int> Read(string section)
    {
        using var budgets = JsonDocument.Parse(File.ReadAllText(RepositoryRoot.Combine("tests", "Bench", "budgets.json")));
        return budgets.RootElement.GetProperty(section).EnumerateObject().ToDictionary(budget => budget.Name, budget => budget.Value.GetInt32());
    }
}

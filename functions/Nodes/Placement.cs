using System.Collections.Concurrent;
using Byon.Platform.Records;

namespace Byon.Functions.Nodes;

/// <summary>
/// Orders nodes for a new registration: least loaded first. A heartbeat is up to 5 s old, so what this process has placed
/// since then counts as load already, and a burst is spread; equals are drawn by lot, so that other processes spread too.
/// </summary>
internal sealed class Placement(TimeProvider clock)
{
    /// <summary>A registration's share of a node, as in <see cref="NodeRecord.Load"/>.</summary>
    private const double RegistrationLoad = 0.01;

    private readonly ConcurrentDictionary<string, Placed> _placed = new();

    private sealed record Placed(DateTimeOffset Heartbeat, int Count);

    /// <param name="first">A node to be asked before the others, whatever its load.</param>
    public IReadOnlyList<NodeRecord> Order(IReadOnlyList<NodeRecord> nodes, string? first = null)
    {
        var now = clock.GetUtcNow();
        var ready = nodes.Where(node => node.State == NodeState.Ready && node.IsFresh(now)).ToArray();
        Random.Shared.Shuffle(ready);
        return [.. ready.OrderBy(node => node.NodeId != first).ThenBy(ExpectedShare)];
    }

    public void Note(NodeRecord node) =>
        _placed.AddOrUpdate(
            node.NodeId,
            _ => new Placed(node.HeartbeatAt, 1),
            (_, placed) => placed.Heartbeat == node.HeartbeatAt ? placed with { Count = placed.Count + 1 } : new Placed(node.HeartbeatAt, 1));

    private double ExpectedShare(NodeRecord node)
    {
        var since = _placed.TryGetValue(node.NodeId, out var placed) && placed.Heartbeat == node.HeartbeatAt ? placed.Count : 0;
        return node.Capacity > 0 ? (node.Load + (since * RegistrationLoad)) / node.Capacity : double.MaxValue;
    }
}

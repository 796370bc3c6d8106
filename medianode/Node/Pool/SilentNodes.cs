using Byon.MediaNode.Core;
using Byon.Platform.Records;

namespace Byon.MediaNode.Pool;

/// <summary>
/// Which nodes of the pool are dead, in the light of all rows seen so far. Silence is measured on this node's own clock, from
/// the moment it saw a row change last and only while it could read the table: neither a wrong clock nor an outage of the
/// storage, which silences everybody, makes a living node look dead.
/// </summary>
/// <param name="ownId">This node is never among the dead.</param>
internal sealed class SilentNodes(string ownId)
{
    /// <summary>A node marked gone whose row is still there after this time: the one that marked it died before it was done.</summary>
    public static readonly TimeSpan Abandoned = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, Sighting> _sightings = [];

    private sealed record Sighting(DateTimeOffset HeartbeatAt, NodeState State, Instant Since);

    /// <summary>The table could not be read: every silence starts anew.</summary>
    public void Forget() => _sightings.Clear();

    public IReadOnlyList<NodeRecord> Find(IReadOnlyList<NodeRecord> seen, Instant now)
    {
        foreach (var left in _sightings.Keys.Except(seen.Select(node => node.NodeId)).ToList()) _sightings.Remove(left);
        var dead = new List<NodeRecord>();
        foreach (var node in seen.Where(node => node.NodeId != ownId))
        {
            if (!_sightings.TryGetValue(node.NodeId, out var last) || last.HeartbeatAt != node.HeartbeatAt || last.State != node.State)
                _sightings[node.NodeId] = last = new Sighting(node.HeartbeatAt, node.State, now);
            if (now - last.Since >= Patience(node) && (node.State != NodeState.Gone || IsFirstOf(seen))) dead.Add(node);
        }

        return dead;
    }

    private static TimeSpan Patience(NodeRecord node) => node switch
    {
        { State: NodeState.Gone } => Abandoned,
        _ when Heartbeat.IsFarewell(node) => TimeSpan.Zero,
        _ => NodeRecord.FreshFor,
    };

    /// <summary>A second clean-up has no mark to win, so one node is chosen: the first by name that is alive.</summary>
    private bool IsFirstOf(IReadOnlyList<NodeRecord> seen) => seen
        .Where(node => node.State != NodeState.Gone && node.NodeId != ownId)
        .All(node => string.CompareOrdinal(ownId, node.NodeId) < 0);
}

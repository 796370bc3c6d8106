using Azure;
using Azure.Data.Tables;
using Byon.Platform.Records;

namespace Byon.Platform.Stores;

/// <summary>Heartbeats of media nodes: one partition "node", row {nodeId}. Each method is one operation, marking gone two.</summary>
public sealed class NodeStore(TableServiceClient tables)
{
    private const string Partition = "node";
    private const string Mark = "GoneMark";

    private readonly TableClient _table = tables.GetTableClient(TableNames.Nodes);

    /// <summary>Inserts or replaces the node's own row.</summary>
    public Task HeartbeatAsync(NodeRecord record, CancellationToken cancel) => _table.UpsertEntityAsync(Write(record), TableUpdateMode.Replace, cancel);

    public async Task<IReadOnlyList<NodeRecord>> ListAsync(CancellationToken cancel)
    {
        List<NodeRecord> found = [];
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Partition}");
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancel))
            found.Add(Read(row));
        return found;
    }

    public async Task<NodeRecord?> GetAsync(string nodeId, CancellationToken cancel)
    {
        var row = await _table.FindAsync(Partition, TableKey.Of(nodeId), cancel);
        return row is null ? null : Read(row);
    }

    /// <summary>Marks a silent node Gone. True for exactly one caller, which then owns the clean-up.</summary>
    public async Task<bool> TryMarkGoneAsync(NodeRecord seen, CancellationToken cancel)
    {
        var row = await _table.FindAsync(Partition, TableKey.Of(seen.NodeId), cancel);
        if (row is null || Read(row) is var current && (current.State == NodeState.Gone || current.HeartbeatAt != seen.HeartbeatAt))
            return false;

        var mark = Guid.NewGuid();
        var gone = Write(seen with { State = NodeState.Gone });
        gone[Mark] = mark;
        try
        {
            await _table.UpdateEntityAsync(gone, row.ETag, TableUpdateMode.Replace, cancel);
            return true;
        }
        catch (RequestFailedException conflict) when (conflict.IsConflict())
        {
            // A try whose answer was lost has changed the ETag as well: then the mark is ours.
            var winner = await _table.FindAsync(Partition, TableKey.Of(seen.NodeId), cancel);
            return winner?.GetGuid(Mark) == mark;
        }
    }

    public Task DeleteAsync(string nodeId, CancellationToken cancel) => _table.DeleteEntityAsync(Partition, TableKey.Of(nodeId), ETag.All, cancel);

    private static TableEntity Write(NodeRecord record) => new(Partition, TableKey.Of(record.NodeId))
    {
        [nameof(record.NodeId)] = record.NodeId,
        [nameof(record.ControlUrl)] = record.ControlUrl,
        [nameof(record.State)] = record.State.ToString(),
        [nameof(record.Load)] = record.Load,
        [nameof(record.Capacity)] = record.Capacity,
        [nameof(record.StartedAt)] = record.StartedAt,
        [nameof(record.HeartbeatAt)] = record.HeartbeatAt,
        [nameof(record.SipAddress)] = record.SipAddress!,
        [nameof(record.SipTlsAddress)] = record.SipTlsAddress!,
    };

    private static NodeRecord Read(TableEntity row) => new(
        row.Text(nameof(NodeRecord.NodeId)),
        row.Text(nameof(NodeRecord.ControlUrl)),
        row.Choice<NodeState>(nameof(NodeRecord.State)),
        Number(row, nameof(NodeRecord.Load)),
        Number(row, nameof(NodeRecord.Capacity)),
        row.Time(nameof(NodeRecord.StartedAt)),
        row.Time(nameof(NodeRecord.HeartbeatAt)))
    {
        SipAddress = row.GetString(nameof(NodeRecord.SipAddress)),
        SipTlsAddress = row.GetString(nameof(NodeRecord.SipTlsAddress)),
    };

    // A service that stores 1.0 may tell it as 1.
    private static double Number(TableEntity row, string name) => row[name] is int whole ? whole : row.GetDouble(name) ?? 0;
}

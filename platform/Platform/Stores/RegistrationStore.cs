using Azure;
using Azure.Data.Tables;
using Byon.Platform.Records;

namespace Byon.Platform.Stores;

/// <summary>
/// Registrations. Storage faults surface as Azure.RequestFailedException after the client's retries.
/// <code>
/// partition        row                        holds
/// {number}         {registrationId}           the registration
/// {number}         device:{deviceId}          guard: which registration holds the device, until when
/// node:{nodeId}    {number}:{registrationId}  index for ListByNode, no data
/// </code>
/// Guard and registration change in one transaction, so of two racing reservations one wins. The index row is written before
/// and deleted after its registration: what a dead node held is always found, and an index row without registration is
/// skipped. Operations: reserve 2, get 1, list by number 1, list by node 1 + one per row, update 1, adopt 4, delete 2.
/// </summary>
public sealed class RegistrationStore(TableServiceClient tables)
{
    private const int ReserveAttempts = 4;
    private const int ParallelReads = 16;

    private readonly TableClient _table = tables.GetTableClient(TableNames.Registrations);

    /// <summary>
    /// Reserves (deviceId, number) and writes the row in one transaction. False: an active registration holds the pair.
    /// An expired one is replaced.
    /// </summary>
    public async Task<bool> TryReserveAsync(RegistrationRecord record, DateTimeOffset now, CancellationToken cancel)
    {
        await _table.UpsertEntityAsync(RegistrationRow.Index(record), TableUpdateMode.Replace, cancel);
        TableEntity? expired = null;
        var expiredHasRow = true;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await _table.SubmitTransactionAsync(Reservation(record, expired, expiredHasRow), cancel);
                return true;
            }
            catch (RequestFailedException conflict) when (conflict.IsConflict() && attempt < ReserveAttempts)
            {
                expiredHasRow = conflict.Status != 404;
                expired = await FindGuardAsync(record, cancel);
                if (expired is null)
                    continue;
                if (RegistrationRow.HolderOf(expired) == record.RegistrationId)
                    return true;
                if (expired.Time(RegistrationRow.ExpiresAt) > now)
                {
                    await DeleteIndexAsync(record, cancel);
                    return false;
                }
            }
        }
    }

    public async Task<RegistrationRecord?> GetAsync(string phoneNumber, string registrationId, CancellationToken cancel)
    {
        var row = await _table.FindAsync(TableKey.OfNumber(phoneNumber), TableKey.Of(registrationId), cancel);
        return row is null ? null : RegistrationRow.Read(row);
    }

    public async Task<IReadOnlyList<RegistrationRecord>> ListByNumberAsync(string phoneNumber, CancellationToken cancel)
    {
        List<RegistrationRecord> found = [];
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {TableKey.OfNumber(phoneNumber)}");
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancel))
        {
            if (!RegistrationRow.IsGuard(row))
                found.Add(RegistrationRow.Read(row));
        }

        return found;
    }

    public async Task<IReadOnlyList<RegistrationRecord>> ListByNodeAsync(string nodeId, CancellationToken cancel)
    {
        List<TableEntity> index = [];
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {RegistrationRow.IndexPartition(nodeId)}");
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancel))
            index.Add(row);

        var found = new RegistrationRecord?[index.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = ParallelReads, CancellationToken = cancel };
        await Parallel.ForAsync(0, index.Count, parallel, async (at, stop) => found[at] = await FollowAsync(index[at], nodeId, stop));
        return [.. found.OfType<RegistrationRecord>()];
    }

    /// <summary>Replaces the row, whoever wrote it last: the caller is its owner.</summary>
    public Task UpdateAsync(RegistrationRecord record, CancellationToken cancel) => _table.SubmitTransactionAsync(
        [
            new(TableTransactionActionType.UpdateReplace, RegistrationRow.Write(record), ETag.All),
            new(TableTransactionActionType.UpdateReplace, RegistrationRow.Guard(record), ETag.All),
        ],
        cancel);

    /// <summary>Takes a registration over from a node that is gone: false where somebody else did.</summary>
    public async Task<bool> TryAdoptAsync(RegistrationRecord record, string fromNodeId, CancellationToken cancel)
    {
        var row = await _table.FindAsync(TableKey.OfNumber(record.PhoneNumber), TableKey.Of(record.RegistrationId), cancel);
        if (row is null || RegistrationRow.Read(row).NodeId != fromNodeId)
            return false;

        await _table.UpsertEntityAsync(RegistrationRow.Index(record), TableUpdateMode.Replace, cancel);
        try
        {
            await _table.UpdateEntityAsync(RegistrationRow.Write(record), row.ETag, TableUpdateMode.Replace, cancel);
        }
        catch (RequestFailedException conflict) when (conflict.IsConflict())
        {
            // A try whose answer was lost has changed the ETag as well: whose name stands there now?
            if ((await GetAsync(record.PhoneNumber, record.RegistrationId, cancel))?.NodeId != record.NodeId)
            {
                await DeleteIndexAsync(record, cancel);
                return false;
            }
        }

        await DeleteIndexAsync(record with { NodeId = fromNodeId }, cancel);
        return true;
    }

    /// <summary>Deletes the row and frees its (deviceId, number). Idempotent.</summary>
    public async Task DeleteAsync(RegistrationRecord record, CancellationToken cancel)
    {
        try
        {
            await _table.SubmitTransactionAsync(
                [
                    new(TableTransactionActionType.Delete, RegistrationRow.Write(record), ETag.All),
                    new(TableTransactionActionType.Delete, RegistrationRow.Guard(record), ETag.All),
                ],
                cancel);
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            await DeletePartsAsync(record, cancel);
        }

        await DeleteIndexAsync(record, cancel);
    }

    /// <summary>One of the two rows is missing: deletes what is left, and the guard only while it is this registration's.</summary>
    private async Task DeletePartsAsync(RegistrationRecord record, CancellationToken cancel)
    {
        await _table.DeleteEntityAsync(TableKey.OfNumber(record.PhoneNumber), TableKey.Of(record.RegistrationId), ETag.All, cancel);
        if (await FindGuardAsync(record, cancel) is { } guard && RegistrationRow.HolderOf(guard) == record.RegistrationId)
            await _table.DeleteEntityAsync(guard.PartitionKey, guard.RowKey, guard.ETag, cancel);
    }

    private static IEnumerable<TableTransactionAction> Reservation(RegistrationRecord record, TableEntity? expired, bool expiredHasRow)
    {
        yield return new(TableTransactionActionType.Add, RegistrationRow.Write(record));
        if (expired is null)
        {
            yield return new(TableTransactionActionType.Add, RegistrationRow.Guard(record));
            yield break;
        }

        yield return new(TableTransactionActionType.UpdateReplace, RegistrationRow.Guard(record), expired.ETag);
        if (expiredHasRow)
            yield return new(TableTransactionActionType.Delete, new TableEntity(expired.PartitionKey, TableKey.Of(RegistrationRow.HolderOf(expired))), ETag.All);
    }

    private Task<TableEntity?> FindGuardAsync(RegistrationRecord record, CancellationToken cancel)
    {
        var key = RegistrationRow.Guard(record);
        return _table.FindAsync(key.PartitionKey, key.RowKey, cancel);
    }

    private async Task<RegistrationRecord?> FollowAsync(TableEntity index, string nodeId, CancellationToken cancel)
    {
        var (partition, row) = RegistrationRow.TargetOf(index);
        if (await _table.FindAsync(partition, row, cancel) is not { } found)
            return null;
        var record = RegistrationRow.Read(found);
        return record.NodeId == nodeId ? record : null;
    }

    private Task<Response> DeleteIndexAsync(RegistrationRecord record, CancellationToken cancel)
    {
        var index = RegistrationRow.Index(record);
        return _table.DeleteEntityAsync(index.PartitionKey, index.RowKey, ETag.All, cancel);
    }
}

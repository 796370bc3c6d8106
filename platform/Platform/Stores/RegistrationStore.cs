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
/// {number}         turn:                      changes with every reservation, no data
/// node:{nodeId}    {number}:{registrationId}  index for ListByNode, no data
/// </code>
/// Guard, turn and registration change in one transaction, so of two racing reservations of a number one has to look again:
/// uniqueness and limits hold. The index row is written before
/// and deleted after its registration: what a dead node held is always found, and an index row without registration is
/// skipped. Operations: reserve 3, get 1, list by number 1, list by node 1 + one per row, update 1, adopt 4, delete 2.
/// </summary>
public sealed partial class RegistrationStore(TableServiceClient tables)
{
    /// <summary>Each lost attempt means that somebody else registered the number, which the limits bring to an end.</summary>
    private const int ReserveAttempts = 40;

    private const int ParallelReads = 16;
    private const string ClaimedUntil = "ClaimedUntil";
    private const string ClaimedBy = "ClaimedBy";

    public static readonly TimeSpan ClaimTime = TimeSpan.FromMinutes(2);

    private readonly TableClient _table = tables.GetTableClient(TableNames.Registrations);

    /// <summary>
    /// Reserves (deviceId, number) and writes the row in one transaction, unless an active registration holds the pair or a
    /// limit is reached. An expired one of the pair is replaced.
    /// </summary>
    public async Task<Reservation> ReserveAsync(RegistrationRecord record, RegistrationLimits limits, DateTimeOffset now, CancellationToken cancel)
    {
        var isIndexed = false;
        for (var attempt = 1; ; attempt++)
        {
            var rows = await ReadNumberAsync(record.PhoneNumber, cancel);
            if (rows.HolderOfDevice(record.DeviceId) == record.RegistrationId)
                return Reservation.Made;
            if (rows.Judge(record, limits, now) is var refusal and not Reservation.Made)
            {
                if (isIndexed)
                    await DeleteIndexAsync(record, cancel);
                return refusal;
            }

            if (!isIndexed)
                await _table.UpsertEntityAsync(RegistrationRow.Index(record), TableUpdateMode.Replace, cancel);
            isIndexed = true;
            try
            {
                await _table.SubmitTransactionAsync(rows.Reserve(record), cancel);
                return Reservation.Made;
            }
            catch (RequestFailedException conflict) when (conflict.IsConflict() && attempt < ReserveAttempts)
            {
                // Somebody else registered or left meanwhile, or a try of ours was stored and its answer lost: look again.
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
        var rows = await ReadNumberAsync(phoneNumber, cancel);
        return rows.Registrations;
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
        var row = await FindOfNodeAsync(record with { NodeId = fromNodeId }, cancel);
        return row is not null && await TryAdoptAsync(record, fromNodeId, row, cancel);
    }

    /// <param name="row">The registration as it was found under that node's name.</param>
    private async Task<bool> TryAdoptAsync(RegistrationRecord record, string fromNodeId, TableEntity row, CancellationToken cancel)
    {
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

    /// <summary>Registrations whose time was over before a time: their node died, or it would have deleted them. Searches the table.</summary>
    public async Task<IReadOnlyList<RegistrationRecord>> ListExpiredAsync(DateTimeOffset before, CancellationToken cancel)
    {
        List<RegistrationRecord> found = [];
        var filter = TableClient.CreateQueryFilter($"ExpiresAt lt {before}");
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancel))
        {
            if (RegistrationRow.IsRegistration(row))
                found.Add(RegistrationRow.Read(row));
        }

        return found;
    }

    /// <summary>
    /// Claims an expired registration for clearing it up: true for one caller at a time, and not once somebody has refreshed
    /// or adopted it. A claim lapses after <see cref="ClaimTime"/>, should who made it die.
    /// </summary>
    public async Task<bool> TryClaimExpiredAsync(RegistrationRecord expired, DateTimeOffset now, CancellationToken cancel)
    {
        var (partition, key) = (TableKey.OfNumber(expired.PhoneNumber), TableKey.Of(expired.RegistrationId));
        if (await _table.FindAsync(partition, key, cancel) is not { } row || RegistrationRow.Read(row) != expired || row.GetDateTimeOffset(ClaimedUntil) > now)
            return false;
        var claim = Guid.NewGuid();
        try
        {
            var mark = new TableEntity(partition, key) { [ClaimedUntil] = now + ClaimTime, [ClaimedBy] = claim };
            await _table.UpdateEntityAsync(mark, row.ETag, TableUpdateMode.Merge, cancel);
            return true;
        }
        catch (RequestFailedException conflict) when (conflict.IsConflict())
        {
            // A try whose answer was lost has changed the ETag as well: then the claim is ours.
            return (await _table.FindAsync(partition, key, cancel))?.GetGuid(ClaimedBy) == claim;
        }
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

    private async Task<NumberRows> ReadNumberAsync(string phoneNumber, CancellationToken cancel)
    {
        List<TableEntity> rows = [];
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {TableKey.OfNumber(phoneNumber)}");
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancel))
            rows.Add(row);
        return new NumberRows(rows);
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

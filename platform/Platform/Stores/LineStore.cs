using Azure;
using Azure.Data.Tables;
using Byon.Platform.Records;

namespace Byon.Platform.Stores;

/// <summary>
/// Lines of businesses: partition {client}; row number:{number} for a drawn number, which makes it exclusive, with a guard
/// device:{deviceId}, so that a device draws once; row line:{registrationId} for a number the client named. An expired row
/// stays until its number is drawn again: there are never more of them than numbers.
/// </summary>
public sealed class LineStore(TableServiceClient tables)
{
    private readonly TableClient _table = tables.GetTableClient(TableNames.Lines);

    /// <summary>All lines of a client, expired ones included; one query.</summary>
    public async Task<ClientLines> ListAsync(string clientId, CancellationToken cancel)
    {
        Dictionary<string, TableEntity> rows = [];
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {TableKey.Of(clientId)}");
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancel))
            rows[row.RowKey] = row;
        return new ClientLines(rows);
    }

    /// <summary>Takes a number that was free, or whose line may be replaced, when <paramref name="seen"/> was read. False: somebody else was faster.</summary>
    public async Task<bool> TryDrawAsync(ClientLines seen, LineRecord line, CancellationToken cancel)
    {
        try
        {
            await _table.SubmitTransactionAsync(Draw(seen.Rows, line), cancel);
            return true;
        }
        catch (RequestFailedException conflict) when (conflict.IsConflict())
        {
            return false;
        }
    }

    /// <summary>Notes a number that the client named.</summary>
    public Task AddNamedAsync(LineRecord line, CancellationToken cancel) =>
        _table.UpsertEntityAsync(LineRow.Write(line), TableUpdateMode.Replace, cancel);

    /// <summary>False: the line is no longer as it was when <paramref name="seen"/> was read.</summary>
    public async Task<bool> TryExtendAsync(ClientLines seen, LineRecord line, DateTimeOffset expiresAt, CancellationToken cancel)
    {
        if (seen.RowOf(line) is not { } row)
            return false;
        try
        {
            await _table.UpdateEntityAsync(LineRow.Write(line with { ExpiresAt = expiresAt }), row.ETag, TableUpdateMode.Replace, cancel);
            return true;
        }
        catch (RequestFailedException conflict) when (conflict.IsConflict())
        {
            // A try whose answer was lost has changed the ETag as well.
            var now = (await ListAsync(line.ClientId, cancel)).RowOf(line);
            return now is not null && LineRow.Read(now).ExpiresAt == expiresAt;
        }
    }

    /// <summary>Gives the number back. Idempotent; a line that is another registration's by now stays.</summary>
    public async Task CloseAsync(ClientLines seen, LineRecord line, CancellationToken cancel)
    {
        if (seen.RowOf(line) is not { } row)
            return;
        var guard = line.IsDrawn ? seen.Rows.GetValueOrDefault(LineRow.GuardKey(line)) : null;
        List<TableTransactionAction> deletions = [new(TableTransactionActionType.Delete, row, row.ETag)];
        if (guard is not null && LineRow.HolderOf(guard) == line.RegistrationId)
            deletions.Add(new(TableTransactionActionType.Delete, guard, guard.ETag));
        try
        {
            await _table.SubmitTransactionAsync(deletions, cancel);
        }
        catch (RequestFailedException conflict) when (conflict.IsConflict())
        {
            // Somebody has drawn the number since, or our own first try has closed the line.
        }
    }

    private static IEnumerable<TableTransactionAction> Draw(Dictionary<string, TableEntity> seen, LineRecord line)
    {
        var (row, guard) = (LineRow.Write(line), LineRow.Guard(line));
        yield return AddOrReplace(row, seen);
        yield return AddOrReplace(guard, seen);
        if (seen.GetValueOrDefault(row.RowKey) is not { } old || seen.GetValueOrDefault(LineRow.GuardKey(LineRow.Read(old))) is not { } oldGuard)
            yield break;
        if (oldGuard.RowKey != guard.RowKey && LineRow.HolderOf(oldGuard) == LineRow.HolderOf(old))
            yield return new(TableTransactionActionType.Delete, oldGuard, oldGuard.ETag);
    }

    private static TableTransactionAction AddOrReplace(TableEntity row, Dictionary<string, TableEntity> seen) =>
        seen.TryGetValue(row.RowKey, out var old)
            ? new(TableTransactionActionType.UpdateReplace, row, old.ETag)
            : new(TableTransactionActionType.Add, row);
}

/// <summary>The lines of a client as they were at one moment.</summary>
public sealed class ClientLines
{
    internal ClientLines(Dictionary<string, TableEntity> rows)
    {
        Rows = rows;
        Lines = [.. rows.Values.Where(row => !LineRow.IsGuard(row)).Select(LineRow.Read)];
    }

    public IReadOnlyList<LineRecord> Lines { get; }

    internal Dictionary<string, TableEntity> Rows { get; }

    internal TableEntity? RowOf(LineRecord line) =>
        Rows.GetValueOrDefault(LineRow.Write(line).RowKey) is { } row && LineRow.HolderOf(row) == line.RegistrationId ? row : null;
}

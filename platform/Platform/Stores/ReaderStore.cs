using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Azure;
using Azure.Data.Tables;
using Byon.Platform.Events;
using Byon.Platform.Records;

namespace Byon.Platform.Stores;

/// <summary>A reader as it was read, with the state of its row: a change is made only while nobody else has made one.</summary>
public sealed record StoredReader(ReaderRecord Record, ETag ETag);

/// <summary>
/// Readers of event logs: partition {number}, row {deviceId}:{readerId}. API and delivery both write, each by ETag. Each
/// method is one operation; the lists are one per 1,000 rows.
/// </summary>
public sealed class ReaderStore(TableServiceClient tables, ReadOnlyMemory<byte> poolKey)
{
    /// <summary>How long a reader that ended by itself can still be read, with its reason.</summary>
    public static readonly TimeSpan KeptAfterEnd = TimeSpan.FromHours(1);

    // ';' follows ':' in the order of keys.
    private const string RowsOfDeviceEnd = ";";

    private readonly TableClient _table = tables.GetTableClient(TableNames.Readers);

    public async Task<StoredReader> AddAsync(ReaderRecord record, CancellationToken cancel)
    {
        var added = await _table.AddEntityAsync(ReaderRow.Write(record, poolKey.Span), cancel);
        return new StoredReader(record, added.Headers.ETag ?? default);
    }

    public async Task<StoredReader?> GetAsync(DeviceKey device, string readerId, CancellationToken cancel) =>
        await _table.FindAsync(TableKey.OfNumber(device.PhoneNumber), ReaderRow.RowKey(device.DeviceId, readerId), cancel) is { } row ? Read(row) : null;

    /// <summary>A reader of any device of the number.</summary>
    public async Task<StoredReader?> FindAsync(string phoneNumber, string readerId, CancellationToken cancel)
    {
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {TableKey.OfNumber(phoneNumber)} and ReaderId eq {readerId}");
        var found = await ListAsync(filter, cancel);
        return found.Count > 0 ? found[0] : null;
    }

    public Task<IReadOnlyList<StoredReader>> ListAsync(DeviceKey device, CancellationToken cancel)
    {
        var first = TableKey.Of(device.DeviceId) + ":";
        var end = TableKey.Of(device.DeviceId) + RowsOfDeviceEnd;
        return ListAsync(TableClient.CreateQueryFilter($"PartitionKey eq {TableKey.OfNumber(device.PhoneNumber)} and RowKey ge {first} and RowKey lt {end}"), cancel);
    }

    public Task<IReadOnlyList<StoredReader>> ListByNumberAsync(string phoneNumber, CancellationToken cancel) =>
        ListAsync(TableClient.CreateQueryFilter($"PartitionKey eq {TableKey.OfNumber(phoneNumber)}"), cancel);

    /// <summary>Every reader there is, page by page. A row that cannot be opened (another pool's key) is left out.</summary>
    public async IAsyncEnumerable<StoredReader> ListAllAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var row in _table.QueryAsync<TableEntity>(cancellationToken: cancel))
        {
            if (TryRead(row) is { } reader)
                yield return reader;
        }
    }

    /// <summary>The row with its new state, or null where somebody else has changed or deleted it since it was read.</summary>
    public async Task<StoredReader?> TryReplaceAsync(StoredReader seen, ReaderRecord changed, CancellationToken cancel)
    {
        try
        {
            var answer = await _table.UpdateEntityAsync(ReaderRow.Write(changed, poolKey.Span), seen.ETag, TableUpdateMode.Replace, cancel);
            return new StoredReader(changed, answer.Headers.ETag ?? default);
        }
        catch (RequestFailedException conflict) when (conflict.IsConflict())
        {
            return null;
        }
    }

    /// <summary>Tells whoever is delivering that there is more: what they have read of the row is out of date.</summary>
    public async Task TouchAsync(ReaderRecord record, CancellationToken cancel)
    {
        var mark = new TableEntity(TableKey.OfNumber(record.PhoneNumber), ReaderRow.RowKey(record.DeviceId, record.ReaderId)) { ["Touched"] = Guid.NewGuid() };
        try
        {
            await _table.UpdateEntityAsync(mark, ETag.All, TableUpdateMode.Merge, cancel);
        }
        catch (RequestFailedException gone) when (gone.Status == 404)
        {
            // A deleted reader needs no telling.
        }
    }

    /// <summary>True for exactly one caller, whose reader it was as read.</summary>
    public async Task<bool> TryDeleteAsync(StoredReader seen, CancellationToken cancel)
    {
        try
        {
            var answer = await _table.DeleteEntityAsync(
                TableKey.OfNumber(seen.Record.PhoneNumber), ReaderRow.RowKey(seen.Record.DeviceId, seen.Record.ReaderId), seen.ETag, cancel);
            return answer.Status != 404;
        }
        catch (RequestFailedException conflict) when (conflict.IsConflict())
        {
            return false;
        }
    }

    private async Task<IReadOnlyList<StoredReader>> ListAsync(string filter, CancellationToken cancel)
    {
        List<StoredReader> found = [];
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancel))
            found.Add(Read(row));
        return found;
    }

    private StoredReader Read(TableEntity row) => new(ReaderRow.Read(row, poolKey.Span), row.ETag);

    private StoredReader? TryRead(TableEntity row)
    {
        try
        {
            return Read(row);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}

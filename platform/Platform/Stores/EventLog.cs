using System.Collections.Concurrent;
using Azure;
using Azure.Data.Tables;
using Byon.Platform.Events;

namespace Byon.Platform.Stores;

/// <summary>
/// The ordered event log of each device. One writer per device: the node that holds its registration; a second one (a node
/// that takes over) costs a retry and nothing else.
/// <code>
/// partition             row                  holds
/// {number}:{deviceId}   head                 position and id of the newest event; which registration ended last; whether the device has readers
/// {number}:{deviceId}   {position, D19}      one event
/// </code>
/// Operations: append 1 (2 for the first append of this process to a device, 3 where somebody changed the head), all others 1.
/// </summary>
public sealed class EventLog(TableServiceClient tables)
{
    private const string HeadRow = "head";
    private const int AppendAttempts = 100;
    private const int RememberedHeads = 20_000;
    private const int LargestTransaction = 100;

    private readonly TableClient _table = tables.GetTableClient(TableNames.Events);
    private readonly ConcurrentDictionary<string, Head> _heads = new();

    /// <summary>Appends whose outcome is not known; all before them on the same device are.</summary>
    private readonly ConcurrentDictionary<string, DeviceEvent> _inDoubt = new();

    /// <summary>Appends one event: the row and the log's head move in one transaction, so positions have no gap and no twin.</summary>
    public async Task<DeviceEvent> AppendAsync(DeviceKey device, DeviceEventData data, DateTimeOffset time, CancellationToken cancel) =>
        (await AppendAsync(device, Guid.NewGuid().ToString(), data, time, cancel)).Event;

    /// <summary>
    /// As above, with an id of the caller's: one that appends again after an exception, with the same id, gets the event that
    /// is already there. So does whoever notices second that a registration ended: its node, one
    /// that takes over and a timer may all do so, and the device hears of it once.
    /// </summary>
    public async Task<AppendedEvent> AppendAsync(DeviceKey device, string eventId, DeviceEventData data, DateTimeOffset time, CancellationToken cancel)
    {
        var partition = TableKey.OfDevice(device.PhoneNumber, device.DeviceId);
        if (_inDoubt.TryGetValue(partition, out var doubt) && doubt.EventId == eventId && await IsStoredAsync(partition, doubt, cancel))
        {
            _inDoubt.TryRemove(partition, out _);
            return new AppendedEvent(doubt, HasReaders: true);
        }

        var head = _heads.GetValueOrDefault(partition) ?? await ReadHeadAsync(partition, cancel);
        for (var attempt = 1; ; attempt++)
        {
            var entry = new DeviceEvent(device, head.Position + 1, eventId, time, data);
            if (head.EventId == eventId)
                return new AppendedEvent(await StoredAsync(entry with { Position = head.Position }, cancel), head.HasReaders);
            if (data is RegistrationEndedData ended && head.EndedRegistration == ended.RegistrationId)
                return new AppendedEvent(await StoredAsync(entry with { Position = head.EndedAt }, cancel), head.HasReaders);
            _inDoubt[partition] = entry;
            try
            {
                Remember(partition, await WriteAsync(partition, head, entry, cancel));
                _inDoubt.TryRemove(partition, out _);
                return new AppendedEvent(entry, head.HasReaders);
            }
            catch (RequestFailedException conflict) when (conflict.IsConflict() && attempt < AppendAttempts)
            {
                // Another writer was faster, or a try of ours was stored and its answer lost.
                if (await IsStoredAsync(partition, entry, cancel))
                {
                    _heads.TryRemove(partition, out _);
                    _inDoubt.TryRemove(partition, out _);
                    return new AppendedEvent(entry, head.HasReaders);
                }

                head = await ReadHeadAsync(partition, cancel);
            }
            catch
            {
                // Whether it was stored is unknown: the next append has to look.
                _heads.TryRemove(partition, out _);
                throw;
            }
        }
    }

    /// <summary>Events after a cursor, oldest first, at most <paramref name="limit"/>.</summary>
    public async Task<IReadOnlyList<DeviceEvent>> ReadAsync(DeviceKey device, long after, int limit, CancellationToken cancel)
    {
        List<DeviceEvent> found = [];
        if (limit <= 0)
            return found;
        var partition = TableKey.OfDevice(device.PhoneNumber, device.DeviceId);
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {partition} and RowKey gt {EventRow.RowKey(Math.Max(0, after))} and RowKey lt {HeadRow}");
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, Math.Min(limit, 1_000), cancellationToken: cancel))
        {
            found.Add(EventRow.Read(device, row));
            if (found.Count == limit)
                break;
        }

        return found;
    }

    /// <summary>Position of the newest event; 0 where there is none.</summary>
    public async Task<long> HeadAsync(DeviceKey device, CancellationToken cancel) =>
        (await ReadHeadAsync(TableKey.OfDevice(device.PhoneNumber, device.DeviceId), cancel)).Position;

    /// <summary>
    /// Makes every later append say that the device has readers. To be called once the reader's row is written; what was
    /// appended before this returns may have been told to nobody, so the caller asks for a delivery itself.
    /// </summary>
    public Task AnnounceReadersAsync(DeviceKey device, CancellationToken cancel)
    {
        var mark = new TableEntity(TableKey.OfDevice(device.PhoneNumber, device.DeviceId), HeadRow) { [nameof(Head.HasReaders)] = true, ["Announced"] = Guid.NewGuid() };
        return _table.UpsertEntityAsync(mark, TableUpdateMode.Merge, cancel);
    }

    /// <summary>
    /// Takes back <see cref="AnnounceReadersAsync"/> where nobody reads any more. A reader that is added meanwhile announces
    /// itself after its row is written, and so either is seen here or makes this fail.
    /// </summary>
    public async Task RetractReadersAsync(DeviceKey device, Func<Task<bool>> isRead, CancellationToken cancel)
    {
        var partition = TableKey.OfDevice(device.PhoneNumber, device.DeviceId);
        if (await ReadHeadAsync(partition, cancel) is not { HasReaders: true, ETag: { } etag } || await isRead())
            return;
        try
        {
            await _table.UpdateEntityAsync(new TableEntity(partition, HeadRow) { [nameof(Head.HasReaders)] = false }, etag, TableUpdateMode.Merge, cancel);
        }
        catch (RequestFailedException conflict) when (conflict.IsConflict())
        {
            // An event or a reader has come: the mark stays, at the cost of a message per event.
        }
    }

    /// <summary>Whether appends say that the device has readers.</summary>
    public async Task<(long Position, bool HasReaders)> ReadHeadAsync(DeviceKey device, CancellationToken cancel)
    {
        var head = await ReadHeadAsync(TableKey.OfDevice(device.PhoneNumber, device.DeviceId), cancel);
        return (head.Position, head.HasReaders);
    }

    /// <summary>Deletes events of all devices that are older than a time and that every reader has passed; answers how many. Searches the table.</summary>
    /// <param name="cursors">Of the devices with readers: the cursor of the one that lags most.</param>
    public async Task<int> TrimAsync(DateTimeOffset before, IReadOnlyDictionary<DeviceKey, long> cursors, CancellationToken cancel)
    {
        var passed = cursors.ToDictionary(cursor => TableKey.OfDevice(cursor.Key.PhoneNumber, cursor.Key.DeviceId), cursor => cursor.Value);
        var filter = TableClient.CreateQueryFilter($"Time lt {before}");
        var count = 0;
        List<TableEntity> batch = [];
        string[] columns = [nameof(TableEntity.PartitionKey), nameof(TableEntity.RowKey), nameof(DeviceEvent.Position)];
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, select: columns, cancellationToken: cancel))
        {
            if (passed.TryGetValue(row.PartitionKey, out var cursor) && row.GetInt64(nameof(DeviceEvent.Position)) > cursor)
                continue;
            if (batch.Count == LargestTransaction || (batch.Count > 0 && batch[0].PartitionKey != row.PartitionKey))
                count += await DeleteAsync(batch, cancel);
            batch.Add(row);
        }

        return count + await DeleteAsync(batch, cancel);
    }

    /// <summary>Empties the batch.</summary>
    private async Task<int> DeleteAsync(List<TableEntity> batch, CancellationToken cancel)
    {
        TableEntity[] rows = [.. batch];
        batch.Clear();
        if (rows.Length == 0)
            return 0;
        try
        {
            await _table.SubmitTransactionAsync(rows.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, row, ETag.All)), cancel);
        }
        catch (RequestFailedException conflict) when (conflict.IsConflict())
        {
            // Somebody else is trimming too: what is left of these goes one by one.
            foreach (var row in rows)
                await _table.DeleteEntityAsync(row.PartitionKey, row.RowKey, ETag.All, cancel);
        }

        return rows.Length;
    }

    private async Task<Head> WriteAsync(string partition, Head head, DeviceEvent entry, CancellationToken cancel)
    {
        var next = head with { Position = entry.Position, EventId = entry.EventId };
        if (entry.Data is RegistrationEndedData ended)
            next = next with { EndedRegistration = ended.RegistrationId, EndedAt = entry.Position };
        var row = new TableEntity(partition, HeadRow)
        {
            [nameof(Head.Position)] = next.Position,
            [nameof(Head.EventId)] = next.EventId!,
            [nameof(Head.HasReaders)] = next.HasReaders,
            [nameof(Head.EndedRegistration)] = next.EndedRegistration!,
            [nameof(Head.EndedAt)] = next.EndedAt,
        };
        TableTransactionAction moveHead = head.ETag is { } etag
            ? new(TableTransactionActionType.UpdateReplace, row, etag)
            : new(TableTransactionActionType.Add, row);
        var answer = await _table.SubmitTransactionAsync([moveHead, new(TableTransactionActionType.Add, EventRow.Write(entry))], cancel);
        return next with { ETag = answer.Value[0].Headers.ETag };
    }

    private async Task<Head> ReadHeadAsync(string partition, CancellationToken cancel)
    {
        var row = await _table.FindAsync(partition, HeadRow, cancel);
        return row is null
            ? new Head(0, null, false, null, 0, null)
            : new Head(
                row.GetInt64(nameof(Head.Position)) ?? 0, row.GetString(nameof(Head.EventId)), row.GetBoolean(nameof(Head.HasReaders)) ?? false,
                row.GetString(nameof(Head.EndedRegistration)), row.GetInt64(nameof(Head.EndedAt)) ?? 0, row.ETag);
    }

    private async Task<bool> IsStoredAsync(string partition, DeviceEvent entry, CancellationToken cancel)
    {
        var row = await _table.FindAsync(partition, EventRow.RowKey(entry.Position), cancel);
        return row?.GetString(nameof(DeviceEvent.EventId)) == entry.EventId;
    }

    private async Task<DeviceEvent> StoredAsync(DeviceEvent entry, CancellationToken cancel)
    {
        var row = await _table.FindAsync(
            TableKey.OfDevice(entry.Device.PhoneNumber, entry.Device.DeviceId), EventRow.RowKey(entry.Position), cancel);
        return row is null ? entry : EventRow.Read(entry.Device, row);
    }

    private void Remember(string partition, Head head)
    {
        // Only a saving: forgetting everything costs each device one read.
        if (_heads.Count >= RememberedHeads)
            _heads.Clear();
        if (head.ETag is null)
            _heads.TryRemove(partition, out _);
        else
            _heads[partition] = head;
    }

    /// <param name="EndedRegistration">The registration that ended last, and <paramref name="EndedAt"/> the position of its event: a device has one at a time.</param>
    /// <param name="ETag">Null where the device has no log yet.</param>
    private sealed record Head(long Position, string? EventId, bool HasReaders, string? EndedRegistration, long EndedAt, ETag? ETag);
}

/// <summary>An event that is in the log.</summary>
/// <param name="HasReaders">Somebody waits for a <see cref="DeliveryRequest"/>.</param>
public sealed record AppendedEvent(DeviceEvent Event, bool HasReaders);

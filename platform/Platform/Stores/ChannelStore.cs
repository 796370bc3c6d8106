using Azure;
using Azure.Data.Tables;
using Byon.Platform.Events;
using Byon.Platform.Records;

namespace Byon.Platform.Stores;

/// <summary>Notification channels: partition {number}:{deviceId}, row {channelId}. Each method is one operation.</summary>
public sealed class ChannelStore(TableServiceClient tables)
{
    private readonly TableClient _table = tables.GetTableClient(TableNames.Channels);

    public Task PutAsync(ChannelRecord record, CancellationToken cancel) => _table.UpsertEntityAsync(Write(record), TableUpdateMode.Replace, cancel);

    public async Task<ChannelRecord?> GetAsync(DeviceKey device, string channelId, CancellationToken cancel)
    {
        var row = await _table.FindAsync(TableKey.OfDevice(device.PhoneNumber, device.DeviceId), TableKey.Of(channelId), cancel);
        return row is null ? null : Read(row);
    }

    public async Task<IReadOnlyList<ChannelRecord>> ListAsync(DeviceKey device, CancellationToken cancel)
    {
        List<ChannelRecord> found = [];
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {TableKey.OfDevice(device.PhoneNumber, device.DeviceId)}");
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancel))
            found.Add(Read(row));
        return found;
    }

    /// <summary>A channel of any device of a number; searches the number's channels.</summary>
    public async Task<ChannelRecord?> FindOfNumberAsync(string phoneNumber, string channelId, CancellationToken cancel)
    {
        // ':' stands between number and device, ';' is the character after it.
        var number = TableKey.OfNumber(phoneNumber);
        var filter = TableClient.CreateQueryFilter($"PartitionKey ge {number + ":"} and PartitionKey lt {number + ";"} and RowKey eq {TableKey.Of(channelId)}");
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancel))
            return Read(row);
        return null;
    }

    public Task DeleteAsync(DeviceKey device, string channelId, CancellationToken cancel) =>
        _table.DeleteEntityAsync(TableKey.OfDevice(device.PhoneNumber, device.DeviceId), TableKey.Of(channelId), ETag.All, cancel);

    /// <summary>Channels that ended before a time, each with the state of its row. Searches the table.</summary>
    public async Task<IReadOnlyList<(ChannelRecord Record, ETag ETag)>> ListExpiredAsync(DateTimeOffset before, CancellationToken cancel)
    {
        List<(ChannelRecord, ETag)> found = [];
        var filter = TableClient.CreateQueryFilter($"ExpiresAt lt {before}");
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancel))
            found.Add((Read(row), row.ETag));
        return found;
    }

    /// <summary>True for exactly one caller, and only while nobody has renewed the channel since it was read.</summary>
    public async Task<bool> TryDeleteAsync(ChannelRecord record, ETag seen, CancellationToken cancel)
    {
        try
        {
            var device = TableKey.OfDevice(record.PhoneNumber, record.DeviceId);
            return (await _table.DeleteEntityAsync(device, TableKey.Of(record.ChannelId), seen, cancel)).Status != 404;
        }
        catch (RequestFailedException conflict) when (conflict.IsConflict())
        {
            return false;
        }
    }

    private static TableEntity Write(ChannelRecord record) => new(TableKey.OfDevice(record.PhoneNumber, record.DeviceId), TableKey.Of(record.ChannelId))
    {
        [nameof(record.ChannelId)] = record.ChannelId,
        [nameof(record.PhoneNumber)] = record.PhoneNumber,
        [nameof(record.DeviceId)] = record.DeviceId,
        [nameof(record.ClientId)] = record.ClientId,
        [nameof(record.Subject)] = record.Subject,
        [nameof(record.ChannelType)] = record.ChannelType,
        [nameof(record.CreatedAt)] = record.CreatedAt,
        [nameof(record.ExpiresAt)] = record.ExpiresAt,
    };

    private static ChannelRecord Read(TableEntity row) => new(
        row.Text(nameof(ChannelRecord.ChannelId)),
        row.Text(nameof(ChannelRecord.PhoneNumber)),
        row.Text(nameof(ChannelRecord.DeviceId)),
        row.Text(nameof(ChannelRecord.ClientId)),
        row.Text(nameof(ChannelRecord.Subject)),
        row.Text(nameof(ChannelRecord.ChannelType)),
        row.Time(nameof(ChannelRecord.CreatedAt)),
        row.Time(nameof(ChannelRecord.ExpiresAt)));
}

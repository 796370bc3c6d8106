using System.Globalization;
using Azure.Data.Tables;
using Byon.Platform.Records;

namespace Byon.Platform.Stores;

/// <summary>
/// What was given up: partition {day, yyyyMMdd}, row {reader or "message"}:{id}. Written once however often it is tried; read
/// by operators, by the day. Each method is one operation.
/// </summary>
public sealed class UndeliveredStore(TableServiceClient tables)
{
    private const string Message = "message";

    private readonly TableClient _table = tables.GetTableClient(TableNames.Undelivered);

    public Task PutAsync(UndeliveredRecord record, CancellationToken cancel)
    {
        var row = new TableEntity(Partition(record.At), $"{TableKey.Of(record.ReaderId ?? Message)}:{TableKey.Of(record.What)}")
        {
            [nameof(record.ReaderId)] = record.ReaderId!,
            [nameof(record.What)] = record.What,
            [nameof(record.Position)] = record.Position,
            [nameof(record.Cause)] = record.Cause,
            [nameof(record.Attempts)] = record.Attempts,
            [nameof(record.At)] = record.At,
        };
        return _table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancel);
    }

    public async Task<IReadOnlyList<UndeliveredRecord>> ListAsync(DateTimeOffset day, CancellationToken cancel)
    {
        List<UndeliveredRecord> found = [];
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Partition(day)}");
        await foreach (var row in _table.QueryAsync<TableEntity>(filter, cancellationToken: cancel))
            found.Add(Read(row));
        return found;
    }

    private static string Partition(DateTimeOffset day) => day.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    private static UndeliveredRecord Read(TableEntity row) => new(
        row.GetString(nameof(UndeliveredRecord.ReaderId)),
        row.Text(nameof(UndeliveredRecord.What)),
        row.GetInt64(nameof(UndeliveredRecord.Position)) ?? 0,
        row.Text(nameof(UndeliveredRecord.Cause)),
        row.GetInt32(nameof(UndeliveredRecord.Attempts)) ?? 0,
        row.Time(nameof(UndeliveredRecord.At)));
}

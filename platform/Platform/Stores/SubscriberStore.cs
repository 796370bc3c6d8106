using System.Text;
using Azure.Data.Tables;
using Byon.Platform.Records;

namespace Byon.Platform.Stores;

/// <summary>
/// Provisioned subscribers: partition {number}, row "ims"; the password sealed with the pool's key and bound to its row. Each method is one operation.
/// </summary>
public sealed class SubscriberStore(TableServiceClient tables, ReadOnlyMemory<byte> poolKey)
{
    private const string Row = "ims";
    private const string SealedPassword = "SealedPassword";

    private readonly TableClient _table = tables.GetTableClient(TableNames.Subscribers);
    private readonly ReadOnlyMemory<byte> _poolKey = poolKey;

    /// <exception cref="System.Security.Cryptography.CryptographicException">The password was sealed with another key, or for another row.</exception>
    public async Task<SubscriberRecord?> GetAsync(string phoneNumber, CancellationToken cancel)
    {
        var row = await _table.FindAsync(TableKey.OfNumber(phoneNumber), Row, cancel);
        if (row is null)
            return null;
        var password = Sealed.Open(_poolKey.Span, row.GetBinary(SealedPassword), Binding(row.PartitionKey));
        return new SubscriberRecord(
            row.Text(nameof(SubscriberRecord.PhoneNumber)),
            row.Text(nameof(SubscriberRecord.PublicIdentity)),
            row.Text(nameof(SubscriberRecord.PrivateIdentity)),
            Encoding.UTF8.GetString(password))
        {
            HasEmergencyAddress = row.GetBoolean(nameof(SubscriberRecord.HasEmergencyAddress)) ?? false,
        };
    }

    public Task PutAsync(SubscriberRecord record, CancellationToken cancel)
    {
        var partition = TableKey.OfNumber(record.PhoneNumber);
        var row = new TableEntity(partition, Row)
        {
            [nameof(record.PhoneNumber)] = record.PhoneNumber,
            [nameof(record.PublicIdentity)] = record.PublicIdentity,
            [nameof(record.PrivateIdentity)] = record.PrivateIdentity,
            [nameof(record.HasEmergencyAddress)] = record.HasEmergencyAddress,
            [SealedPassword] = Sealed.Seal(_poolKey.Span, Encoding.UTF8.GetBytes(record.Password), Binding(partition)),
        };
        return _table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancel);
    }

    private static byte[] Binding(string partition) => Encoding.UTF8.GetBytes($"{TableNames.Subscribers}/{partition}/{Row}");
}

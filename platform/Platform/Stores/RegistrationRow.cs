using Azure.Data.Tables;
using Byon.Platform.Records;

namespace Byon.Platform.Stores;

/// <summary>The three rows of a registration: itself, its device's guard, its node's index; and the turn of its number.</summary>
internal static class RegistrationRow
{
    public const string ExpiresAt = nameof(RegistrationRecord.ExpiresAt);

    private const string GuardPrefix = "device:";
    private const string TurnRow = "turn:";

    public static TableEntity Write(RegistrationRecord record) => new(TableKey.OfNumber(record.PhoneNumber), TableKey.Of(record.RegistrationId))
    {
        [nameof(record.RegistrationId)] = record.RegistrationId,
        [nameof(record.PhoneNumber)] = record.PhoneNumber,
        [nameof(record.DeviceId)] = record.DeviceId,
        [nameof(record.ClientId)] = record.ClientId,
        [nameof(record.Subject)] = record.Subject,
        [nameof(record.NodeId)] = record.NodeId,
        [nameof(record.State)] = record.State.ToString(),
        [nameof(record.CreatedAt)] = record.CreatedAt,
        [ExpiresAt] = record.ExpiresAt,
    };

    public static RegistrationRecord Read(TableEntity row) => new(
        row.Text(nameof(RegistrationRecord.RegistrationId)),
        row.Text(nameof(RegistrationRecord.PhoneNumber)),
        row.Text(nameof(RegistrationRecord.DeviceId)),
        row.Text(nameof(RegistrationRecord.ClientId)),
        row.Text(nameof(RegistrationRecord.Subject)),
        row.Text(nameof(RegistrationRecord.NodeId)),
        row.Choice<RegistrationState>(nameof(RegistrationRecord.State)),
        row.Time(nameof(RegistrationRecord.CreatedAt)),
        row.Time(ExpiresAt));

    public static TableEntity Guard(RegistrationRecord record) => new(TableKey.OfNumber(record.PhoneNumber), GuardPrefix + TableKey.Of(record.DeviceId))
    {
        [nameof(record.RegistrationId)] = record.RegistrationId,
        [ExpiresAt] = record.ExpiresAt,
    };

    public static TableEntity Turn(RegistrationRecord record) => new(TableKey.OfNumber(record.PhoneNumber), TurnRow);

    public static bool IsTurn(TableEntity row) => row.RowKey == TurnRow;

    public static bool IsGuardOf(TableEntity row, string deviceId) => row.RowKey == GuardPrefix + TableKey.Of(deviceId);

    /// <summary>The ids of registrations hold no colon, so they name no other row.</summary>
    public static bool IsRegistration(TableEntity row) => !row.RowKey.Contains(':', StringComparison.Ordinal);

    public static string HolderOf(TableEntity guard) => guard.Text(nameof(RegistrationRecord.RegistrationId));

    public static string IndexPartition(string nodeId) => "node:" + TableKey.Of(nodeId);

    public static TableEntity Index(RegistrationRecord record) =>
        new(IndexPartition(record.NodeId), $"{TableKey.OfNumber(record.PhoneNumber)}:{TableKey.Of(record.RegistrationId)}");

    /// <summary>Keys of the registration that an index row names: the parts hold no colon themselves.</summary>
    public static (string PartitionKey, string RowKey) TargetOf(TableEntity index)
    {
        var parts = index.RowKey.Split(':', 2);
        return (parts[0], parts[1]);
    }
}

using Azure.Data.Tables;
using Byon.Platform.Records;

namespace Byon.Platform.Stores;

/// <summary>Everything the table of registrations holds of one number, as read at one moment: what a reservation is judged by and built on.</summary>
internal sealed class NumberRows(IReadOnlyList<TableEntity> rows)
{
    public IReadOnlyList<RegistrationRecord> Registrations { get; } = [.. rows.Where(RegistrationRow.IsRegistration).Select(RegistrationRow.Read)];

    /// <summary>Id of the registration that holds the device, expired or not.</summary>
    public string? HolderOfDevice(string deviceId) => GuardOf(deviceId) is { } guard ? RegistrationRow.HolderOf(guard) : null;

    public Reservation Judge(RegistrationRecord wanted, RegistrationLimits limits, DateTimeOffset now)
    {
        if (GuardOf(wanted.DeviceId)?.Time(RegistrationRow.ExpiresAt) > now)
            return Reservation.DeviceTaken;
        return limits.Check([.. Registrations.Where(record => record.ExpiresAt > now)], wanted);
    }

    /// <summary>Writes the registration, its guard and the number's turn, and fails where any of them changed since the rows were read.</summary>
    public IEnumerable<TableTransactionAction> Reserve(RegistrationRecord record)
    {
        yield return new(TableTransactionActionType.Add, RegistrationRow.Write(record));
        yield return AddOrReplace(RegistrationRow.Guard(record), GuardOf(record.DeviceId));
        yield return AddOrReplace(RegistrationRow.Turn(record), rows.FirstOrDefault(RegistrationRow.IsTurn));
        if (HolderOfDevice(record.DeviceId) is { } expired && rows.FirstOrDefault(row => row.RowKey == TableKey.Of(expired)) is { } old)
            yield return new(TableTransactionActionType.Delete, old, old.ETag);
    }

    private TableEntity? GuardOf(string deviceId) => rows.FirstOrDefault(row => RegistrationRow.IsGuardOf(row, deviceId));

    private static TableTransactionAction AddOrReplace(TableEntity row, TableEntity? known) => known is null
        ? new(TableTransactionActionType.Add, row)
        : new(TableTransactionActionType.UpdateReplace, row, known.ETag);
}

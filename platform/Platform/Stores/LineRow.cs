using Azure.Data.Tables;
using Byon.Platform.Records;

namespace Byon.Platform.Stores;

/// <summary>The rows of a line: the line itself, its device's guard.</summary>
internal static class LineRow
{
    private const string GuardPrefix = "device:";

    public static TableEntity Write(LineRecord line) => new(
        TableKey.Of(line.ClientId), line.IsDrawn ? "number:" + TableKey.OfNumber(line.PhoneNumber) : "line:" + TableKey.Of(line.RegistrationId))
    {
        [nameof(line.ClientId)] = line.ClientId,
        [nameof(line.PhoneNumber)] = line.PhoneNumber,
        [nameof(line.DeviceId)] = line.DeviceId,
        [nameof(line.RegistrationId)] = line.RegistrationId,
        [nameof(line.IsDrawn)] = line.IsDrawn,
        [nameof(line.OpenedAt)] = line.OpenedAt,
        [nameof(line.ExpiresAt)] = line.ExpiresAt,
    };

    public static LineRecord Read(TableEntity row) => new(
        row.Text(nameof(LineRecord.ClientId)),
        row.Text(nameof(LineRecord.PhoneNumber)),
        row.Text(nameof(LineRecord.DeviceId)),
        row.Text(nameof(LineRecord.RegistrationId)),
        row.GetBoolean(nameof(LineRecord.IsDrawn)) ?? false,
        row.Time(nameof(LineRecord.OpenedAt)),
        row.Time(nameof(LineRecord.ExpiresAt)));

    public static TableEntity Guard(LineRecord line) => new(TableKey.Of(line.ClientId), GuardKey(line))
    {
        [nameof(line.RegistrationId)] = line.RegistrationId,
    };

    public static string GuardKey(LineRecord line) => GuardPrefix + TableKey.Of(line.DeviceId);

    public static bool IsGuard(TableEntity row) => row.RowKey.StartsWith(GuardPrefix, StringComparison.Ordinal);

    public static string HolderOf(TableEntity row) => row.Text(nameof(LineRecord.RegistrationId));
}

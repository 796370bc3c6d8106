using System.Text;
using Azure.Data.Tables;
using Byon.Platform.Records;

namespace Byon.Platform.Stores;

/// <summary>A reader as a row. Target and credential are sealed and bound to the row.</summary>
internal static class ReaderRow
{
    public const string ReaderId = nameof(ReaderRecord.ReaderId);

    private const string SealedTarget = "SealedTarget";
    private const string SealedCredential = "SealedCredential";

    /// <summary>Rows of one device lie together, and a partition holds all of a number: a reader is found without its device.</summary>
    public static string RowKey(string deviceId, string readerId) => $"{TableKey.Of(deviceId)}:{TableKey.Of(readerId)}";

    public static TableEntity Write(ReaderRecord record, ReadOnlySpan<byte> poolKey)
    {
        var row = new TableEntity(TableKey.OfNumber(record.PhoneNumber), RowKey(record.DeviceId, record.ReaderId))
        {
            [ReaderId] = record.ReaderId,
            [nameof(record.PhoneNumber)] = record.PhoneNumber,
            [nameof(record.DeviceId)] = record.DeviceId,
            [nameof(record.ClientId)] = record.ClientId,
            [nameof(record.Subject)] = record.Subject,
            [nameof(record.Kind)] = record.Kind.ToString(),
            [nameof(record.Dialect)] = record.Dialect.ToString(),
            [nameof(record.Kinds)] = (int)record.Kinds,
            [nameof(record.CallId)] = record.CallId!,
            [nameof(record.RegistrationId)] = record.RegistrationId!,
            [nameof(record.InitialEvent)] = record.InitialEvent,
            [nameof(record.CreatedAt)] = record.CreatedAt,
            [nameof(record.ExpiresAt)] = record.ExpiresAt!,
            [nameof(record.CredentialExpiresAt)] = record.CredentialExpiresAt!,
            [nameof(record.CredentialEndsAt)] = record.CredentialEndsAt!,
            [nameof(record.MaxEvents)] = record.MaxEvents!,
            [nameof(record.State)] = record.State.ToString(),
            [nameof(record.EndReason)] = record.EndReason?.ToString()!,
            [nameof(record.EndedAt)] = record.EndedAt!,
        };
        SetSealed(row, SealedTarget, record.Target, poolKey);
        if (record.Credential is { } credential)
            SetSealed(row, SealedCredential, credential, poolKey);
        WriteProgress(row, record.Progress);
        return row;
    }

    /// <exception cref="System.Security.Cryptography.CryptographicException">Target or credential were sealed with another key, or for another row.</exception>
    public static ReaderRecord Read(TableEntity row, ReadOnlySpan<byte> poolKey) => new()
    {
        ReaderId = row.Text(ReaderId),
        PhoneNumber = row.Text(nameof(ReaderRecord.PhoneNumber)),
        DeviceId = row.Text(nameof(ReaderRecord.DeviceId)),
        ClientId = row.Text(nameof(ReaderRecord.ClientId)),
        Subject = row.Text(nameof(ReaderRecord.Subject)),
        Kind = row.Choice<ReaderKind>(nameof(ReaderRecord.Kind)),
        Dialect = row.Choice<EventDialect>(nameof(ReaderRecord.Dialect)),
        Target = Opened(row, SealedTarget, poolKey) ?? "",
        Credential = Opened(row, SealedCredential, poolKey),
        Kinds = (EventKinds)(row.GetInt32(nameof(ReaderRecord.Kinds)) ?? 0),
        CallId = row.GetString(nameof(ReaderRecord.CallId)),
        RegistrationId = row.GetString(nameof(ReaderRecord.RegistrationId)),
        InitialEvent = row.GetBoolean(nameof(ReaderRecord.InitialEvent)) ?? false,
        CreatedAt = row.Time(nameof(ReaderRecord.CreatedAt)),
        ExpiresAt = row.GetDateTimeOffset(nameof(ReaderRecord.ExpiresAt)),
        CredentialExpiresAt = row.GetDateTimeOffset(nameof(ReaderRecord.CredentialExpiresAt)),
        CredentialEndsAt = row.GetDateTimeOffset(nameof(ReaderRecord.CredentialEndsAt)),
        MaxEvents = row.GetInt32(nameof(ReaderRecord.MaxEvents)),
        State = row.Choice<ReaderState>(nameof(ReaderRecord.State)),
        EndReason = row.GetString(nameof(ReaderRecord.EndReason)) is { } reason ? Enum.Parse<ReaderEndReason>(reason) : null,
        EndedAt = row.GetDateTimeOffset(nameof(ReaderRecord.EndedAt)),
        Progress = ReadProgress(row),
    };

    private static void WriteProgress(TableEntity row, ReaderProgress progress)
    {
        row[nameof(progress.Cursor)] = progress.Cursor;
        row[nameof(progress.Delivered)] = progress.Delivered;
        row[nameof(progress.Failures)] = progress.Failures;
        row[nameof(progress.FailingSince)] = progress.FailingSince!;
        row[nameof(progress.RetryAt)] = progress.RetryAt!;
        row[nameof(progress.LeaseHolder)] = progress.LeaseHolder!;
        row[nameof(progress.LeaseUntil)] = progress.LeaseHolder is null ? null! : progress.LeaseUntil;
    }

    private static ReaderProgress ReadProgress(TableEntity row) => new()
    {
        Cursor = row.GetInt64(nameof(ReaderProgress.Cursor)) ?? 0,
        Delivered = row.GetInt32(nameof(ReaderProgress.Delivered)) ?? 0,
        Failures = row.GetInt32(nameof(ReaderProgress.Failures)) ?? 0,
        FailingSince = row.GetDateTimeOffset(nameof(ReaderProgress.FailingSince)),
        RetryAt = row.GetDateTimeOffset(nameof(ReaderProgress.RetryAt)),
        LeaseHolder = row.GetString(nameof(ReaderProgress.LeaseHolder)),
        LeaseUntil = row.GetDateTimeOffset(nameof(ReaderProgress.LeaseUntil)) ?? default,
    };

    private static void SetSealed(TableEntity row, string name, string text, ReadOnlySpan<byte> poolKey) =>
        row[name] = Sealed.Seal(poolKey, Encoding.UTF8.GetBytes(text), Binding(row, name));

    private static string? Opened(TableEntity row, string name, ReadOnlySpan<byte> poolKey) =>
        row.GetBinary(name) is { } box ? Encoding.UTF8.GetString(Sealed.Open(poolKey, box, Binding(row, name))) : null;

    private static byte[] Binding(TableEntity row, string name) => Encoding.UTF8.GetBytes($"{TableNames.Readers}/{row.PartitionKey}/{row.RowKey}/{name}");
}

using System.Text.Json;
using Azure.Data.Tables;
using Byon.Platform.Events;
using Byon.Platform.Records;

namespace Byon.Platform.Stores;

/// <summary>A call as a row.</summary>
internal static class CallRow
{
    // Missing properties cannot be searched for, so "has not ended" is a property of its own.
    private const string Live = "Live";
    private const string EndClass = "EndClass";
    private const string EndReason = "EndReason";
    private const string EndSipLine = "EndSipLine";

    public static TableEntity Write(CallRecord record)
    {
        var row = new TableEntity(TableKey.OfNumber(record.PhoneNumber), TableKey.Of(record.CallId))
        {
            [nameof(record.CallId)] = record.CallId,
            [nameof(record.PhoneNumber)] = record.PhoneNumber,
            [nameof(record.RegistrationId)] = record.RegistrationId,
            [nameof(record.DeviceId)] = record.DeviceId,
            [nameof(record.ClientId)] = record.ClientId,
            [nameof(record.Subject)] = record.Subject,
            [nameof(record.NodeId)] = record.NodeId,
            [nameof(record.Direction)] = record.Direction.ToString(),
            [nameof(record.Status)] = record.Status.ToString(),
            [nameof(record.OriginatorAddress)] = record.OriginatorAddress,
            [nameof(record.OriginatorName)] = record.OriginatorName!,
            [nameof(record.ReceiverAddress)] = record.ReceiverAddress,
            [nameof(record.ReceiverName)] = record.ReceiverName!,
            [nameof(record.Reason)] = record.Reason!,
            [EndClass] = record.Ending?.Class.ToString()!,
            [EndReason] = record.Ending?.Reason!,
            [EndSipLine] = record.Ending?.SipLine!,
            [nameof(record.SequenceNumber)] = record.SequenceNumber,
            [nameof(record.ClientCorrelator)] = record.ClientCorrelator!,
            [nameof(record.Emergency)] = record.Emergency,
            [nameof(record.IsOnPhone)] = record.IsOnPhone,
            [nameof(record.Location)] = record.Location is { } location ? JsonSerializer.Serialize(location, DeviceEventJson.Default.CallLocation) : null!,
            [nameof(record.Quality)] = record.Quality is { } quality ? JsonSerializer.Serialize(quality, DeviceEventJson.Default.CallQuality) : null!,
            [nameof(record.Snapshot)] = record.Snapshot!,
            [nameof(record.CreatedAt)] = record.CreatedAt,
            [nameof(record.EndedAt)] = record.EndedAt!,
            [Live] = record.EndedAt is null,
        };
        row.SetLongText(nameof(record.OfferSdp), record.OfferSdp);
        row.SetLongText(nameof(record.AnswerSdp), record.AnswerSdp);
        return row;
    }

    public static CallRecord Read(TableEntity row) => new(
        row.Text(nameof(CallRecord.CallId)),
        row.Text(nameof(CallRecord.PhoneNumber)),
        row.Text(nameof(CallRecord.RegistrationId)),
        row.Text(nameof(CallRecord.DeviceId)),
        row.Text(nameof(CallRecord.ClientId)),
        row.Text(nameof(CallRecord.Subject)),
        row.Text(nameof(CallRecord.NodeId)),
        row.Choice<CallDirection>(nameof(CallRecord.Direction)),
        row.Choice<CallStatus>(nameof(CallRecord.Status)),
        row.Text(nameof(CallRecord.OriginatorAddress)),
        row.GetString(nameof(CallRecord.OriginatorName)),
        row.Text(nameof(CallRecord.ReceiverAddress)),
        row.GetString(nameof(CallRecord.ReceiverName)),
        row.LongText(nameof(CallRecord.OfferSdp)),
        row.LongText(nameof(CallRecord.AnswerSdp)),
        row.GetString(nameof(CallRecord.Reason)),
        row.GetString(EndReason) is { } reason ? new CallEnding(row.Choice<CallEndClass>(EndClass), reason, row.GetString(EndSipLine)) : null,
        row.GetInt32(nameof(CallRecord.SequenceNumber)) ?? 0,
        row.Time(nameof(CallRecord.CreatedAt)),
        row.GetDateTimeOffset(nameof(CallRecord.EndedAt)))
    {
        ClientCorrelator = row.GetString(nameof(CallRecord.ClientCorrelator)),
        Emergency = row.GetBoolean(nameof(CallRecord.Emergency)) ?? false,
        IsOnPhone = row.GetBoolean(nameof(CallRecord.IsOnPhone)) ?? false,
        Snapshot = row.GetBinary(nameof(CallRecord.Snapshot)),
        Quality = row.GetString(nameof(CallRecord.Quality)) is { } quality ? JsonSerializer.Deserialize(quality, DeviceEventJson.Default.CallQuality) : null,
        Location = row.GetString(nameof(CallRecord.Location)) is { } location ? JsonSerializer.Deserialize(location, DeviceEventJson.Default.CallLocation) : null,
    };
}

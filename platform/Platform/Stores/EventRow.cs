using System.Globalization;
using System.Text.Json;
using Azure.Data.Tables;
using Byon.Platform.Events;

namespace Byon.Platform.Stores;

/// <summary>An entry of the event log as a row. The SDPs lie in properties of their own, so that each may have 64 KiB.</summary>
internal static class EventRow
{
    private const string Call = "call";
    private const string RegistrationEnded = "registration-ended";
    private const string Kind = "Kind";
    private const string Data = "Data";

    public static string RowKey(long position) => position.ToString("D19", CultureInfo.InvariantCulture);

    public static TableEntity Write(DeviceEvent entry)
    {
        var row = new TableEntity(TableKey.OfDevice(entry.Device.PhoneNumber, entry.Device.DeviceId), RowKey(entry.Position))
        {
            [nameof(entry.EventId)] = entry.EventId,
            [nameof(entry.Position)] = entry.Position,
            [nameof(entry.Time)] = entry.Time,
        };
        switch (entry.Data)
        {
            case CallEventData call:
                row[Kind] = Call;
                row[Data] = JsonSerializer.SerializeToUtf8Bytes(call with { OfferSdp = null, AnswerSdp = null }, DeviceEventJson.Default.CallEventData);
                row.SetLongText(nameof(call.OfferSdp), call.OfferSdp);
                row.SetLongText(nameof(call.AnswerSdp), call.AnswerSdp);
                break;
            case RegistrationEndedData ended:
                row[Kind] = RegistrationEnded;
                row[Data] = JsonSerializer.SerializeToUtf8Bytes(ended, DeviceEventJson.Default.RegistrationEndedData);
                break;
            default:
                throw new ArgumentException($"{entry.Data.GetType().Name} does not belong in the event log.", nameof(entry));
        }

        return row;
    }

    public static DeviceEvent Read(DeviceKey device, TableEntity row) => new(
        device,
        row.GetInt64(nameof(DeviceEvent.Position)) ?? 0,
        row.Text(nameof(DeviceEvent.EventId)),
        row.Time(nameof(DeviceEvent.Time)),
        row.Text(Kind) == Call ? ReadCall(row) : Parsed(row, DeviceEventJson.Default.RegistrationEndedData));

    private static CallEventData ReadCall(TableEntity row) => Parsed(row, DeviceEventJson.Default.CallEventData) with
    {
        OfferSdp = row.LongText(nameof(CallEventData.OfferSdp)),
        AnswerSdp = row.LongText(nameof(CallEventData.AnswerSdp)),
    };

    private static T Parsed<T>(TableEntity row, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        JsonSerializer.Deserialize(row.GetBinary(Data), type) ?? throw new InvalidOperationException("An entry of the event log has no data.");
}

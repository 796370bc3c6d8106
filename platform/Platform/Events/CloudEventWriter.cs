using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Byon.Platform.Records;

namespace Byon.Platform.Events;

/// <summary>
/// Events as CloudEvents 1.0 in structured JSON, <c>data</c> with the names of CAMARA webrtc-events. Our own additions are the
/// extension attribute <c>cursor</c> (the position in the device's log, text) and the member <c>ending</c> of <c>data</c>.
/// </summary>
public static class CloudEventWriter
{
    public const string ContentType = "application/cloudevents+json";

    /// <summary>As the WebSocket channels of the device are told it.</summary>
    public static byte[] Write(DeviceEvent deviceEvent) => Write(deviceEvent, EventDialect.Camara, null);

    /// <summary>As one reader is told it: in the names of its surface, and naming the subscription where it is one.</summary>
    public static byte[] Write(DeviceEvent deviceEvent, ReaderRecord reader) => Write(deviceEvent, reader.Dialect, SubscriptionOf(reader));

    /// <summary>subscription-ended, the last event of a subscription; it is in no log, so it has no cursor.</summary>
    public static byte[] WriteSubscriptionEnded(ReaderRecord reader, string eventId, DateTimeOffset time) =>
        Write(new DeviceKey(reader.PhoneNumber, reader.DeviceId), eventId, EventTypes.SubscriptionEnded(reader.Dialect), time, null, json =>
        {
            json.WriteString("subscriptionId", reader.ReaderId);
            json.WriteString("terminationReason", reader.EndReason switch
            {
                ReaderEndReason.SubscriptionExpired => "SUBSCRIPTION_EXPIRED",
                ReaderEndReason.MaxEventsReached => "MAX_EVENTS_REACHED",
                ReaderEndReason.AccessTokenExpired => "ACCESS_TOKEN_EXPIRED",
                ReaderEndReason.SubscriptionDeleted => "SUBSCRIPTION_DELETED",
                _ => "NETWORK_TERMINATED",
            });
        });

    private static byte[] Write(DeviceEvent deviceEvent, EventDialect dialect, string? subscriptionId)
    {
        var kind = EventTypes.KindOf(deviceEvent.Data);
        if (kind == EventKinds.None)
            throw new ArgumentException($"{deviceEvent.Data.GetType().Name} is no event of the log.", nameof(deviceEvent));
        if (dialect == EventDialect.CallStatus)
            kind = EventKinds.LineStatus;
        return Write(deviceEvent.Device, deviceEvent.EventId, EventTypes.NameOf(kind, dialect), deviceEvent.Time, deviceEvent.Position, json =>
        {
            WriteOptional(json, "subscriptionId", subscriptionId);
            if (kind == EventKinds.LineStatus)
                WriteLine(json, deviceEvent.Device, ((CallEventData)deviceEvent.Data).Line);
            else if (deviceEvent.Data is CallEventData call)
                WriteCall(json, call);
            else
                WriteRegistrationEnded(json, (RegistrationEndedData)deviceEvent.Data);
        });
    }

    private static string? SubscriptionOf(ReaderRecord reader) => reader.Dialect == EventDialect.Byon ? null : reader.ReaderId;

    /// <summary>A milestone has no place in the log, so no cursor.</summary>
    public static byte[] WriteMilestone(DeviceKey device, CallMilestoneData milestone, DateTimeOffset time) =>
        Write(device, Guid.NewGuid().ToString(), EventTypes.CallMilestone, time, null, json =>
        {
            json.WriteString("mediaSessionId", milestone.CallId);
            json.WriteString("milestone", milestone.Milestone);
            WriteOptional(json, "detail", milestone.Detail);
        });

    private static byte[] Write(DeviceKey device, string id, string type, DateTimeOffset time, long? cursor, Action<Utf8JsonWriter> writeData)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("source", "/devices/" + Uri.EscapeDataString(device.DeviceId));
            json.WriteString("type", type);
            json.WriteString("specversion", "1.0");
            json.WriteString("time", time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("datacontenttype", "application/json");
            if (cursor is not null)
                json.WriteString("cursor", cursor.Value.ToString(CultureInfo.InvariantCulture));
            json.WriteStartObject("data");
            writeData(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteCall(Utf8JsonWriter json, CallEventData call)
    {
        json.WriteString("mediaSessionId", call.CallId);
        json.WriteString("originatorAddress", call.OriginatorAddress);
        WriteOptional(json, "originatorName", call.OriginatorName);
        json.WriteString("receiverAddress", call.ReceiverAddress);
        WriteOptional(json, "receiverName", call.ReceiverName);
        json.WriteString("status", call.Status.ToString());
        WriteSdp(json, "offer", call.OfferSdp);
        WriteSdp(json, "answer", call.AnswerSdp);
        if (call.Location is { } location)
            LocationWriter.Write(json, location);
        WriteOptional(json, "reason", call.Reason);
        json.WriteNumber("sequenceNumber", call.SequenceNumber);
        if (call.Ending is not { } ending)
            return;
        json.WriteStartObject("ending");
        json.WriteString("class", ending.Class.ToString());
        json.WriteString("reason", ending.Reason);
        WriteOptional(json, "sipLine", ending.SipLine);
        json.WriteEndObject();
    }

    private static void WriteLine(Utf8JsonWriter json, DeviceKey device, LineStatus? line)
    {
        json.WriteString("deviceId", device.DeviceId);
        json.WriteString("callStatus", line switch
        {
            LineStatus.Ringing => "RINGING",
            LineStatus.OnThePhone => "ON_THE_PHONE",
            _ => "IDLE",
        });
    }

    private static void WriteRegistrationEnded(Utf8JsonWriter json, RegistrationEndedData ended)
    {
        json.WriteString("registrationId", ended.RegistrationId);
        json.WriteString("terminationReason", ended.Reason == RegistrationEndReason.RegistrationExpired ? "REGISTRATION_EXPIRED" : "NETWORK_TERMINATED");
        WriteOptional(json, "terminationDescription", ended.Description);
    }

    private static void WriteSdp(Utf8JsonWriter json, string name, string? sdp)
    {
        if (sdp is null)
            return;
        json.WriteStartObject(name);
        json.WriteString("sdp", sdp);
        json.WriteEndObject();
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }
}

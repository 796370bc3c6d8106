using System.Buffers;
using System.Text.Json;

namespace Byon.Local.WebPubSub;

/// <summary>Frames from the service to a client, in the JSON subprotocols.</summary>
internal static class DownFrame
{
    public static byte[] Connected(string connectionId, string? userId, string? reconnectionToken) => Write(json =>
    {
        json.WriteString("type", "system");
        json.WriteString("event", "connected");
        if (userId is not null)
            json.WriteString("userId", userId);
        json.WriteString("connectionId", connectionId);
        if (reconnectionToken is not null)
            json.WriteString("reconnectionToken", reconnectionToken);
    });

    public static byte[] Disconnected(string message) => Write(json =>
    {
        json.WriteString("type", "system");
        json.WriteString("event", "disconnected");
        json.WriteString("message", message);
    });

    public static byte[] Pong() => Write(json => json.WriteString("type", "pong"));

    /// <param name="error">Null for success; "Duplicate" means that it was done before.</param>
    public static byte[] Ack(ulong ackId, string? error, string message = "") => Write(json =>
    {
        json.WriteString("type", "ack");
        json.WriteNumber("ackId", ackId);
        json.WriteBoolean("success", error is null);
        if (error is null)
            return;
        json.WriteStartObject("error");
        json.WriteString("name", error);
        json.WriteString("message", message);
        json.WriteEndObject();
    });

    /// <param name="sequenceId">Null but for reliable clients.</param>
    public static byte[] Message(HubMessage message, long? sequenceId) => Write(json =>
    {
        if (sequenceId is not null)
            json.WriteNumber("sequenceId", sequenceId.Value);
        json.WriteString("type", "message");
        json.WriteString("from", message.Group is null ? "server" : "group");
        if (message.Group is not null)
            json.WriteString("group", message.Group);
        if (message.FromUserId is not null)
            json.WriteString("fromUserId", message.FromUserId);
        switch (message.Type)
        {
            case HubDataType.Json:
                json.WriteString("dataType", "json");
                json.WritePropertyName("data");
                json.WriteRawValue(message.Data.Span);
                break;
            case HubDataType.Binary:
                json.WriteString("dataType", "binary");
                json.WriteBase64String("data", message.Data.Span);
                break;
            default:
                json.WriteString("dataType", "text");
                json.WriteString("data", message.DataAsText);
                break;
        }
    });

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}

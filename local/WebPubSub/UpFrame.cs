using System.Text.Json;

namespace Byon.Local.WebPubSub;

/// <summary>A frame from a client of the JSON subprotocols.</summary>
internal abstract record UpFrame
{
    /// <summary>Null where the frame has a wrong form: the service drops a client that sends one.</summary>
    public static UpFrame? Parse(ReadOnlyMemory<byte> frame)
    {
        try
        {
            using var json = JsonDocument.Parse(frame);
            var root = json.RootElement;
            return root.GetProperty("type").GetString() switch
            {
                "joinGroup" => new GroupMembership(Group(root), Join: true, AckId(root)),
                "leaveGroup" => new GroupMembership(Group(root), Join: false, AckId(root)),
                "sendToGroup" => new SendToGroup(Data(root, Group(root)), root.TryGetProperty("noEcho", out var noEcho) && noEcho.GetBoolean(), AckId(root)),
                "sequenceAck" => new SequenceAck(root.GetProperty("sequenceId").GetInt64()),
                "ping" => new Ping(),
                "event" => new UserEvent(EventName(root), Data(root, null), AckId(root)),
                _ => null,
            };
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }

    private static ulong? AckId(JsonElement root) => root.TryGetProperty("ackId", out var ackId) ? ackId.GetUInt64() : null;

    private static string Group(JsonElement root) => root.GetProperty("group").GetString() is { Length: > 0 and <= 1_024 } group
        ? group
        : throw new FormatException("The group has a wrong length.");

    private static string EventName(JsonElement root) =>
        root.GetProperty("event").GetString() is { Length: > 0 and <= 128 } name && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-')
            ? name
            : throw new FormatException("The event has a wrong name.");

    private static HubMessage Data(JsonElement root, string? group)
    {
        var data = root.GetProperty("data");
        return (root.TryGetProperty("dataType", out var type) ? type.GetString() : "json") switch
        {
            "json" => new HubMessage(HubDataType.Json, System.Text.Encoding.UTF8.GetBytes(data.GetRawText()), group),
            "text" => new HubMessage(HubDataType.Text, System.Text.Encoding.UTF8.GetBytes(data.GetString() ?? ""), group),
            "binary" => new HubMessage(HubDataType.Binary, data.GetBytesFromBase64(), group),
            _ => throw new FormatException("The dataType is unknown."),
        };
    }
}

internal sealed record GroupMembership(string Group, bool Join, ulong? AckId) : UpFrame;

internal sealed record SendToGroup(HubMessage Message, bool NoEcho, ulong? AckId) : UpFrame;

internal sealed record SequenceAck(long SequenceId) : UpFrame;

internal sealed record Ping : UpFrame;

internal sealed record UserEvent(string Name, HubMessage Message, ulong? AckId) : UpFrame;

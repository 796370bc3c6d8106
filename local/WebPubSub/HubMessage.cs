using System.Text;
using System.Text.Json;

namespace Byon.Local.WebPubSub;

internal enum HubDataType
{
    Text,
    Json,
    Binary,
}

/// <summary>What is sent to clients, before each client's subprotocol gives it a form.</summary>
/// <param name="Group">Null where it comes straight from a server.</param>
/// <param name="FromUserId">The sending client's user, if a client sent it.</param>
internal sealed record HubMessage(HubDataType Type, ReadOnlyMemory<byte> Data, string? Group = null, string? FromUserId = null)
{
    /// <summary>Null where JSON was announced and something else was sent.</summary>
    public static HubMessage? FromRequest(string? contentType, byte[] body, string? group)
    {
        var type = (contentType ?? "").Split(';')[0].Trim().ToLowerInvariant() switch
        {
            "application/json" => HubDataType.Json,
            "application/octet-stream" => HubDataType.Binary,
            _ => HubDataType.Text,
        };
        return type == HubDataType.Json && !IsJson(body) ? null : new HubMessage(type, body, group);
    }

    /// <summary>What is no UTF-8 is replaced, as a frame has to be.</summary>
    public string DataAsText => Encoding.UTF8.GetString(Data.Span);

    private static bool IsJson(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

namespace Byon.Functions.Channels;

/// <summary>How a channel's events travel, in the spelling of BYON 0.1.2.</summary>
internal enum ChannelKind
{
    WebSockets,
    PNSChannel,
    Webhook,
}

/// <summary>A notification channel of a device, as its owner sees it.</summary>
/// <param name="Url">Of a WebSocket where to connect, good for <see cref="ChannelOptions.UrlLifetime"/>; of a webhook where it is told; of a push channel null.</param>
/// <param name="Cursor">Of a channel just made: the device's events after this position are for it.</param>
internal sealed record Channel(string ChannelId, string DeviceId, ChannelKind Kind, DateTimeOffset ExpiresAt, Uri? Url = null, long? Cursor = null);

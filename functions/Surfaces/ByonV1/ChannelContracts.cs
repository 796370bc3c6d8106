using Byon.Functions.Channels;
using Byon.Platform;

namespace Byon.Functions.Surfaces.ByonV1;

/// <summary>NotificationChannel of BYON 0.1.2.</summary>
/// <param name="Cursor">Ours: where the device's events begin for this channel; only in the answer to its creation.</param>
internal sealed record NotificationChannel(string ChannelId, string ChannelType, ChannelData ChannelData, string ResourceURL, string? Cursor)
{
    public static NotificationChannel Of(Channel channel)
    {
        var parent = ApiVersions.NotificationChannel.BasePath.Replace("{deviceId}", channel.DeviceId, StringComparison.Ordinal);
        return new NotificationChannel(
            channel.ChannelId, channel.Kind.ToString(), ChannelData.Of(channel),
            $"{parent}/channels/{channel.ChannelId}", channel.Cursor?.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}

/// <summary>The members of the three kinds of channelData that an answer has. Tokens that a client gave us are not given back.</summary>
/// <param name="ChannelURL">Web PubSub client URL with its access token, for the subprotocol json.reliable.webpubsub.azure.v1.</param>
internal sealed record ChannelData(string? ChannelURL, WebhookData? Webhook, DateTimeOffset ExpiresAt)
{
    public static ChannelData Of(Channel channel) => new(
        channel.Kind == ChannelKind.WebSockets ? channel.Url!.AbsoluteUri : null,
        channel.Kind == ChannelKind.Webhook ? new WebhookData(channel.Url!.OriginalString) : null,
        channel.ExpiresAt);
}

internal sealed record WebhookData(string NotificationUrl);

internal sealed record NotificationChannelList(IReadOnlyList<NotificationChannel> Channels, string ResourceURL);

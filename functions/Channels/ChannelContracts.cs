namespace Byon.Functions.Channels;

/// <summary>NotificationChannel of BYON 0.1.2, here always of the type WebSockets.</summary>
internal sealed record NotificationChannel(string ChannelId, string ChannelType, WebSocketsData ChannelData, string ResourceURL);

/// <param name="ChannelURL">Web PubSub client URL with its access token; open it with the subprotocol json.webpubsub.azure.v1.</param>
internal sealed record WebSocketsData(string ChannelURL);

internal sealed record NotificationChannelList(IReadOnlyList<NotificationChannel> Channels, string ResourceURL);

namespace Byon.Functions.Surfaces.ByonV1;

/// <summary>Bodies of notification channels. The three kinds of channelData have no member in common, so one schema holds all.</summary>
internal static class ChannelSchemas
{
    private static readonly Schema Webhook = Schema.Object(
        null, new("notificationUrl", Schema.Text(2048) with { Format = "uri" }), new("notificationAuthToken", Schema.Text(2048)));

    private static readonly Schema Data = Schema.Object(
        null,
        new("channelURL", Schema.Text()),
        new("registrationToken", Schema.Text(4096)),
        new("webhook", Webhook),
        new("expiresAt", Schema.DateTime));

    public static readonly Schema Channel = Schema.Object(
        "NotificationChannel",
        new("channelType", Schema.Choice("WebSockets", "PNSChannel", "Webhook"), Required: true),
        new("channelData", Data),
        new("channelId", Schema.Text()),
        new("resourceURL", Schema.Text()),
        new("callbackURL", Schema.Text()),
        new("cursor", Schema.Text()));

    public static readonly Schema List = Schema.Object(
        "NotificationChannelList", new("channels", Schema.List(Channel)), new("resourceURL", Schema.Text()));

    /// <summary>The events as a WebSocket carries them; data is that of webrtc-events.</summary>
    private static readonly Schema CloudEvent = Schema.Object(
        "ChannelEvent",
        new("id", Schema.Text(256), Required: true),
        new("source", Schema.Text(2048), Required: true),
        new("type", Schema.Text(512), Required: true),
        new("specversion", Schema.Choice("1.0"), Required: true),
        new("time", Schema.DateTime, Required: true),
        new("datacontenttype", Schema.Choice("application/json")),
        new("cursor", Schema.Text(), Required: true),
        new("data", Schema.Object(null), Required: true));

    public static readonly Schema Events = Schema.Object(
        "ChannelEvents",
        new("events", Schema.List(CloudEvent, 100), Required: true),
        new("cursor", Schema.Text(), Required: true),
        new("more", Schema.Boolean, Required: true));
}

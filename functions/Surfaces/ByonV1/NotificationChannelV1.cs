using Byon.Functions.Channels;
using Byon.Functions.Security;
using Byon.Platform;

namespace Byon.Functions.Surfaces.ByonV1;

/// <summary>BYON Notification Channel 0.1.2.</summary>
internal sealed class NotificationChannelV1(ChannelApi channels)
{
    private static readonly ServedParameter DeviceId = new(ParameterPlace.Path, "deviceId", Schema.Text());

    private static readonly ServedParameter ChannelId = new(ParameterPlace.Path, "channelId", Schema.Text());

    public Surface Table => new(ApiVersions.NotificationChannel, Publication.Byon, "BYON Notification Channel",
    [
        new(HttpMethods.Post, "/channels", "createChannel", [Scopes.ChannelCreate], channels.CreateAsync)
        {
            Summary = "Create a notification channel",
            Parameters = [ByonHeaders.TransactionId, ByonHeaders.OptionalClientId, DeviceId],
            RequestBody = ChannelSchemas.Channel,
            Successes = [new(200, ChannelSchemas.Channel)],
            Errors = [new(422, "MISSING_IDENTIFIER"), new(501, "NOT_IMPLEMENTED")],
        },
        new(HttpMethods.Get, "/channels/{channelId}", "getChannel", [Scopes.ChannelRead], channels.GetAsync)
        {
            Summary = "Retrieve a notification channel",
            Parameters = [ByonHeaders.TransactionId, ByonHeaders.OptionalClientId, DeviceId, ChannelId],
            Successes = [new(200, ChannelSchemas.List)],
            Errors = [new(404, "NOT_FOUND")],
        },
        new(HttpMethods.Delete, "/channels/{channelId}", "deleteChannel", [Scopes.ChannelDelete], channels.DeleteAsync)
        {
            Summary = "Delete a notification channel",
            Parameters = [ByonHeaders.TransactionId, ByonHeaders.OptionalClientId, DeviceId, ChannelId],
            Successes = [new(204)],
            Errors = [new(404, "NOT_FOUND")],
        },
    ]);
}

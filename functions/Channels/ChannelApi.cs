using Azure.Messaging.WebPubSub;
using Byon.Functions.Http;
using Byon.Functions.Security;
using Byon.Platform;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Channels;

/// <summary>BYON 0.1.2 notification channels: a WebSocket per device, through Web PubSub.</summary>
internal sealed class ChannelApi(ChannelStore store, WebPubSubServiceClient webPubSub, TimeProvider clock, IOptions<ChannelOptions> options)
{
    private const string WebSockets = "WebSockets";

    private readonly ChannelOptions _options = options.Value;

    public async Task<IResult> CreateAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var body = await RequestBody.ReadFieldsAsync(context.Request, cancel);
        var type = ReadChannelType(body);
        if (context.RouteId("deviceId") is not { } deviceId)
        {
            return Problems.InvalidArgument("deviceId in the path is not a UUID.");
        }

        if (body.Violation is { } violation)
        {
            return violation;
        }

        if (type != WebSockets)
        {
            return Problems.NotImplemented($"Channels of type {type} are not served yet; use WebSockets.");
        }

        if (caller.PhoneNumber is not { } number)
        {
            return Problems.NoNumberInToken();
        }

        var device = new DeviceKey(number, deviceId);
        await MakeRoomAsync(device, cancel);
        var now = clock.GetUtcNow();
        var channel = new ChannelRecord(
            Guid.NewGuid().ToString("D"), number, deviceId, caller.ClientId, caller.Subject, WebSockets, now, now + _options.Lifetime);
        await store.PutAsync(channel, cancel);
        return TypedResults.Json(await RepresentAsync(channel, cancel), Bodies.Json.NotificationChannel);
    }

    /// <summary>BYON 0.1.2 answers with a list here, of the one channel.</summary>
    public async Task<IResult> GetAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        if (await FindAsync(context, caller, cancel) is not { } channel)
        {
            return Problems.NotFound();
        }

        var one = await RepresentAsync(channel, cancel);
        return TypedResults.Json(new NotificationChannelList([one], one.ResourceURL), Bodies.Json.NotificationChannelList);
    }

    public async Task<IResult> DeleteAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        if (await FindAsync(context, caller, cancel) is not { } channel)
        {
            return Problems.NotFound();
        }

        await store.DeleteAsync(new DeviceKey(channel.PhoneNumber, channel.DeviceId), channel.ChannelId, cancel);
        return TypedResults.NoContent();
    }

    /// <summary>The members of all three kinds of channelData are known, so that the answer to a kind not served yet says that.</summary>
    private static string ReadChannelType(JsonFields body)
    {
        body.Require("channelType");
        var type = body.OneOf("channelType", WebSockets, "PNSChannel", "Webhook") ?? "";
        body.Forbid("channelId", "is given by the server.");
        body.Forbid("resourceURL", "is given by the server.");
        body.Forbid("callbackURL", "is given by the server.");
        if (body.Object("channelData") is not { } data)
        {
            return type;
        }

        data.Forbid("channelURL", "is given by the server.");
        if (type == "PNSChannel")
        {
            data.Text("registrationToken", 4096);
        }
        else if (type == "Webhook")
        {
            data.Time("expiresAt");
            data.Object("webhook")?.Texts(2048, "notificationUrl", "notificationAuthToken");
        }

        return type;
    }

    private async Task MakeRoomAsync(DeviceKey device, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var newestFirst = (await store.ListAsync(device, cancel)).OrderByDescending(row => row.ExpiresAt > now).ThenByDescending(row => row.CreatedAt);
        foreach (var row in newestFirst.Skip(_options.MaximumPerDevice - 1))
        {
            await store.DeleteAsync(device, row.ChannelId, cancel);
        }
    }

    private async Task<ChannelRecord?> FindAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        if (context.RouteId("deviceId") is not { } deviceId || context.RouteId("channelId") is not { } channelId || caller.PhoneNumber is not { } number)
        {
            return null;
        }

        var channel = await store.GetAsync(new DeviceKey(number, deviceId), channelId, cancel);
        return channel is not null && channel.ExpiresAt > clock.GetUtcNow() && caller.Owns(channel.ClientId, channel.Subject) ? channel : null;
    }

    /// <summary>The token in the URL joins the device's group at connection and may do nothing else.</summary>
    private async Task<NotificationChannel> RepresentAsync(ChannelRecord channel, CancellationToken cancel)
    {
        var group = EventPublisher.GroupOf(new DeviceKey(channel.PhoneNumber, channel.DeviceId));
        var url = await webPubSub.GetClientAccessUriAsync(_options.UrlLifetime, channel.ChannelId, roles: [], groups: [group], cancel);
        var self = $"{ApiVersions.NotificationChannel.BasePath.Replace("{deviceId}", channel.DeviceId, StringComparison.Ordinal)}/channels/{channel.ChannelId}";
        return new NotificationChannel(channel.ChannelId, channel.ChannelType, new WebSocketsData(url.AbsoluteUri), self);
    }
}

using Byon.Functions.Channels;
using Byon.Functions.Http;
using Byon.Functions.Security;
using Byon.Platform;

namespace Byon.Functions.Surfaces.ByonV1;

/// <summary>BYON Notification Channel 0.1.2, and as an addition of ours the replay of a channel's events.</summary>
internal sealed class NotificationChannelV1(NotificationChannels channels)
{
    private static readonly ServedParameter DeviceId = new(ParameterPlace.Path, "deviceId", Schema.Text());

    private static readonly ServedParameter ChannelId = new(ParameterPlace.Path, "channelId", Schema.Text());

    public Surface Table => new(ApiVersions.NotificationChannel, Publication.Byon, "BYON Notification Channel",
    [
        new(HttpMethods.Post, "/channels", "createChannel", [Scopes.ChannelCreate], CreateAsync)
        {
            Summary = "Create a notification channel",
            Parameters = [ByonHeaders.TransactionId, ByonHeaders.OptionalClientId, DeviceId],
            RequestBody = ChannelSchemas.Channel,
            Successes = [new(200, ChannelSchemas.Channel)],
            Errors = [new(422, "MISSING_IDENTIFIER"), new(501, "NOT_IMPLEMENTED")],
        },
        new(HttpMethods.Get, "/channels/{channelId}", "getChannel", [Scopes.ChannelRead], GetAsync)
        {
            Summary = "Retrieve a notification channel",
            Parameters = [ByonHeaders.TransactionId, ByonHeaders.OptionalClientId, DeviceId, ChannelId],
            Successes = [new(200, ChannelSchemas.List)],
            Errors = [new(404, "NOT_FOUND")],
        },
        new(HttpMethods.Put, "/channels/{channelId}", "renewChannel", [Scopes.ChannelCreate], RenewAsync)
        {
            Summary = "Renew a notification channel before it expires",
            Parameters = [ByonHeaders.TransactionId, ByonHeaders.OptionalClientId, DeviceId, ChannelId],
            Successes = [new(201, ChannelSchemas.Channel)],
            Errors = [new(404, "NOT_FOUND")],
        },
        new(HttpMethods.Delete, "/channels/{channelId}", "deleteChannel", [Scopes.ChannelDelete], DeleteAsync)
        {
            Summary = "Delete a notification channel",
            Parameters = [ByonHeaders.TransactionId, ByonHeaders.OptionalClientId, DeviceId, ChannelId],
            Successes = [new(204)],
            Errors = [new(404, "NOT_FOUND")],
        },
        new(HttpMethods.Get, "/channels/{channelId}/events", "getChannelEvents", [Scopes.ChannelRead], ReadEventsAsync)
        {
            Summary = "Read events after a cursor: what a client missed while it was not connected",
            Parameters =
            [
                DeviceId, ChannelId, new(ParameterPlace.Query, "after", Schema.Text(), Required: false),
                new(ParameterPlace.Query, "limit", new Schema("integer") { Minimum = 1, Maximum = 100 }, Required: false),
            ],
            Successes = [new(200, ChannelSchemas.Events)],
            Errors = [new(400, "OUT_OF_RANGE"), new(404, "NOT_FOUND")],
        },
    ]);

    private async Task<IResult> CreateAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var body = await RequestBody.ReadFieldsAsync(context.Request, cancel);
        var wanted = ChannelRequests.Read(body);
        if (body.Violation is { } violation)
        {
            return violation;
        }

        var created = await channels.CreateAsync(caller, context.RouteId("deviceId"), wanted, cancel);
        return created.Answer(channel => TypedResults.Json(NotificationChannel.Of(channel), Bodies.Json.NotificationChannel));
    }

    /// <summary>BYON 0.1.2 answers with a list here, of the one channel.</summary>
    private async Task<IResult> GetAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var found = await channels.GetAsync(caller, context.RouteId("deviceId"), context.RouteId("channelId"), cancel);
        return found.Answer(channel =>
        {
            var one = NotificationChannel.Of(channel);
            return TypedResults.Json(new NotificationChannelList([one], one.ResourceURL), Bodies.Json.NotificationChannelList);
        });
    }

    private async Task<IResult> RenewAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var renewed = await channels.RenewAsync(caller, context.RouteId("deviceId"), context.RouteId("channelId"), cancel);
        return renewed.Answer(channel =>
            TypedResults.Json(NotificationChannel.Of(channel), Bodies.Json.NotificationChannel, statusCode: StatusCodes.Status201Created));
    }

    private async Task<IResult> DeleteAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var problem = await channels.DeleteAsync(caller, context.RouteId("deviceId"), context.RouteId("channelId"), cancel);
        return problem is null ? TypedResults.NoContent() : problem;
    }

    private async Task<IResult> ReadEventsAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var (after, limit, fault) = ChannelRequests.ReadPage(context.Request.Query);
        if (fault is not null)
        {
            return fault;
        }

        var read = await channels.ReadEventsAsync(caller, context.RouteId("deviceId"), context.RouteId("channelId"), after, limit, cancel);
        return read.Answer(page => new ChannelEventsResult(page));
    }
}

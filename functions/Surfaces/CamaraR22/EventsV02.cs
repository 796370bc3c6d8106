using Byon.Functions.Events;
using Byon.Functions.Http;
using Byon.Functions.Security;
using Byon.Functions.Surfaces.Camara;
using Byon.Platform;
using Byon.Platform.Records;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Byon.Functions.Surfaces.CamaraR22;

/// <summary>
/// CAMARA webrtc-events 0.2 as of release r2.2. Against 0.3: one type per subscription, the registration names the device, a
/// session can be named, nothing is updated. The spellings of its own examples (mediaSessionId, accessTokenExpireUtc) are read too.
/// </summary>
internal sealed class EventsV02(Subscriptions subscriptions)
{
    private const int MaximumLength = 256;

    private static readonly ApiVersion Version = ApiVersions.EventsR22;

    private static readonly ServedParameter Id = new(ParameterPlace.Path, "subscriptionId", Schema.Text());

    private static readonly SubscriptionSchemas Schemas = new(
        Prefix,
        Schema.Object(
            null,
            new("registrationId", Schema.Text() with { Name = "RegistrationId" }, Required: true),
            new("deviceId", Schema.Text() with { Format = "uuid" }),
            new("sessionId", Schema.Text())),
        maximumTypes: 1,
        hasLimits: false);

    private static string Prefix => Version.EventTypePrefix!;

    public Surface Table => new(Version, Publication.CamaraR22, "WebRTC Events",
    [
        new(HttpMethods.Post, "/subscriptions", "createNotificationChannelSubscription", EventScopes.CreateAny(Version), CreateAsync)
        {
            Summary = "Create a webrtc-events event subscription",
            RequestBody = Schemas.Request,
            Successes = [new(201, Schemas.Subscription)],
            Errors =
            [
                new(400, "OUT_OF_RANGE", "INVALID_PROTOCOL", "INVALID_CREDENTIAL", "INVALID_TOKEN", "INVALID_SINK"), new(403, "SUBSCRIPTION_MISMATCH"),
                new(422, "MISSING_IDENTIFIER", "SERVICE_NOT_APPLICABLE", "MULTIEVENT_SUBSCRIPTION_NOT_SUPPORTED"), new(429, "QUOTA_EXCEEDED"),
            ],
        },
        new(HttpMethods.Get, "/subscriptions", "retrieveNotificationChannelSubscriptionList", [EventScopes.Read(Version)], ListAsync)
        {
            Summary = "Retrieve a list of webrtc-events event subscription",
            Successes = [new(200, Schema.List(Schemas.Subscription))],
        },
        new(HttpMethods.Get, "/subscriptions/{subscriptionId}", "retrieveNotificationChannelSubscription", [EventScopes.Read(Version)], GetAsync)
        {
            Summary = "Retrieve a webrtc-events event subscription",
            Parameters = [Id],
            Successes = [new(200, Schemas.Subscription)],
            Errors = [new(404, "NOT_FOUND")],
        },
        new(HttpMethods.Delete, "/subscriptions/{subscriptionId}", "deleteNotificationChannelSubscription", [EventScopes.Delete(Version)], DeleteAsync)
        {
            Summary = "Delete a webrtc-events event subscription",
            Parameters = [Id],
            Successes = [new(204)],
            Errors = [new(404, "NOT_FOUND")],
        },
    ]);

    private async Task<IResult> CreateAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var body = await RequestBody.ReadFieldsAsync(context.Request, cancel);
        var types = body.RequiredChoices("types", [.. SubscriptionEventTypes.Names.Select(name => Prefix + name)]);
        if (types.Count > 1)
        {
            body.Reject(Problems.MultiEventNotSupported());
        }

        var wanted = ReadNew(body, types);
        if (body.Violation is { } violation)
        {
            return violation;
        }

        if (EventScopes.Missing(caller, Version, types) is { } scope)
        {
            return Problems.InsufficientScope(scope);
        }

        var created = await subscriptions.CreateAsync(caller, wanted, cancel);
        return created.Answer(record => Write(record, StatusCodes.Status201Created));
    }

    private static NewSubscription ReadNew(JsonFields body, IReadOnlyList<string> types)
    {
        SubscriptionRequests.CheckProtocol(body);
        var sink = body.RequiredText("sink", 1024);
        var credential = SubscriptionRequests.Credential(body, "accessTokenExpiresUtc", "accessTokenExpireUtc");
        var config = body.RequiredObject("config");
        var detail = config?.RequiredObject("subscriptionDetail");
        var registrationId = detail?.RequiredText("registrationId", MaximumLength) ?? "";
        var deviceId = detail?.Has("deviceId") ?? false ? detail.RequiredUuid("deviceId") : null;
        var callId = detail?.Text("sessionId", MaximumLength) ?? detail?.Text("mediaSessionId", MaximumLength);
        var (maxEvents, initialEvent) = SubscriptionRequests.Limits(config);
        return new NewSubscription(
            EventDialect.CamaraR22, sink, credential, SubscriptionEventTypes.Of(types, Prefix), deviceId, registrationId, callId,
            SubscriptionRequests.ExpireTime(config), maxEvents, initialEvent);
    }

    private async Task<IResult> ListAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var found = await subscriptions.ListAsync(caller, cancel);
        return TypedResults.Json([.. found.Select(Represent)], Bodies.Json.IReadOnlyListSubscriptionResponse);
    }

    private async Task<IResult> GetAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var found = await subscriptions.GetAsync(caller, context.RouteId("subscriptionId"), cancel);
        return found.Answer(record => Write(record, StatusCodes.Status200OK));
    }

    private async Task<IResult> DeleteAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var deleted = await subscriptions.DeleteAsync(caller, context.RouteId("subscriptionId"), cancel);
        return deleted.Answer(_ => TypedResults.NoContent());
    }

    private JsonHttpResult<SubscriptionResponse> Write(ReaderRecord record, int status) =>
        TypedResults.Json(Represent(record), Bodies.Json.SubscriptionResponse, statusCode: status);

    private SubscriptionResponse Represent(ReaderRecord record) => SubscriptionResponse.Of(
        record, subscriptions.HasEnded(record), Prefix, new SubscriptionDetail(record.DeviceId, record.RegistrationId ?? "", record.CallId));
}

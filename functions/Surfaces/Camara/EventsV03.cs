using Byon.Functions.Events;
using Byon.Functions.Http;
using Byon.Platform;
using Byon.Platform.Records;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Surfaces.Camara;

/// <summary>CAMARA webrtc-events 0.3, under that name or as webrtc-events-subscriptions.</summary>
internal sealed class EventsV03(Subscriptions subscriptions, IOptions<SurfaceOptions> options)
{
    private const int MaximumTypes = 3;

    private static readonly ServedParameter Id = new(ParameterPlace.Path, "subscriptionId", Schema.Text(256));

    private static readonly ServedError[] WrongSubscription =
    [
        new(400, "OUT_OF_RANGE", "INVALID_PROTOCOL", "INVALID_CREDENTIAL", "INVALID_TOKEN", "INVALID_SINK"), new(422, "MISSING_IDENTIFIER"),
        new(429, "QUOTA_EXCEEDED"),
    ];

    private static readonly ServedError[] WrongChange =
        [new(400, "OUT_OF_RANGE", "INVALID_CREDENTIAL", "INVALID_TOKEN"), new(404, "NOT_FOUND")];

    private readonly ApiVersion _version = options.Value.EventsUnderNewName ? ApiVersions.EventsSubscriptions : ApiVersions.Events;

    private readonly EventDialect _dialect = options.Value.EventsUnderNewName ? EventDialect.CamaraSubscriptions : EventDialect.Camara;

    private string Prefix => _version.EventTypePrefix!;

    private SubscriptionSchemas Schemas =>
        new(Prefix, Schema.Object(null, new Member("deviceId", Schema.Uuid, Required: true)), MaximumTypes, hasLimits: true);

    private SubscriptionOperations Operations => new(subscriptions)
    {
        Version = _version,
        ReadNew = ReadNew,
        DetailOf = static record => new SubscriptionDetail(record.DeviceId, null, null),
    };

    public Surface Table => new(_version, Publication.Camara, "WebRTC Events",
    [
        new(HttpMethods.Post, "/subscriptions", "createNotificationChannelSubscription", EventScopes.CreateAny(_version), Operations.CreateAsync)
        {
            Summary = "Create a webrtc-events event subscription",
            RequestBody = Schemas.Request,
            Successes = [new(201, Schemas.Subscription)],
            Errors = WrongSubscription,
        },
        new(HttpMethods.Get, "/subscriptions", "retrieveNotificationChannelSubscriptionList", [EventScopes.Read(_version)], Operations.ListAsync)
        {
            Summary = "Retrieve a list of webrtc-events event subscription",
            Successes = [new(200, Schema.List(Schemas.Subscription, 100))],
        },
        new(HttpMethods.Get, "/subscriptions/{subscriptionId}", "retrieveNotificationChannelSubscription", [EventScopes.Read(_version)], Operations.GetAsync)
        {
            Summary = "Retrieve a webrtc-events event subscription",
            Parameters = [Id],
            Successes = [new(200, Schemas.Subscription)],
            Errors = [new(404, "NOT_FOUND")],
        },
        new(HttpMethods.Put, "/subscriptions/{subscriptionId}", "updateNotificationChannelSubscription", [EventScopes.Update(_version)], Operations.UpdateAsync)
        {
            Summary = "Update a webrtc-events event subscription",
            Parameters = [Id],
            RequestBody = Schemas.Update,
            Successes = [new(200, Schemas.Subscription)],
            Errors = WrongChange,
        },
        new(HttpMethods.Delete, "/subscriptions/{subscriptionId}", "deleteNotificationChannelSubscription", [EventScopes.Delete(_version)], Operations.DeleteAsync)
        {
            Summary = "Delete a webrtc-events event subscription",
            Parameters = [Id],
            Successes = [new(204)],
            Errors = [new(404, "NOT_FOUND")],
        },
    ]);

    private NewSubscription ReadNew(JsonFields body, IReadOnlyList<string> types)
    {
        SubscriptionRequests.CheckProtocol(body);
        var sink = body.RequiredText("sink", 1024);
        var credential = SubscriptionRequests.Credential(body, "accessTokenExpiresUtc");
        var config = body.RequiredObject("config");
        var deviceId = config?.RequiredObject("subscriptionDetail")?.RequiredUuid("deviceId") ?? "";
        var (maxEvents, initialEvent) = SubscriptionRequests.Limits(config);
        return new NewSubscription(
            _dialect, sink, credential, SubscriptionEventTypes.Of(types, Prefix), deviceId, null, null, SubscriptionRequests.ExpireTime(config), maxEvents, initialEvent);
    }
}

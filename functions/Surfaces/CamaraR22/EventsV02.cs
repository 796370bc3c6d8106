using Byon.Functions.Events;
using Byon.Functions.Http;
using Byon.Functions.Surfaces.Camara;
using Byon.Platform;
using Byon.Platform.Records;

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
        EventDialect.CamaraR22,
        Schema.Object(
            null,
            new("registrationId", Schema.Text() with { Name = "RegistrationId" }, Required: true),
            new("deviceId", Schema.Text() with { Format = "uuid" }),
            new("sessionId", Schema.Text())),
        maximumTypes: 1,
        hasLimits: false);

    private SubscriptionOperations Operations => new(subscriptions)
    {
        Version = Version,
        Dialect = EventDialect.CamaraR22,
        ReadNew = ReadNew,
        DetailOf = static record => new SubscriptionDetail(record.DeviceId, record.RegistrationId ?? "", record.CallId),
    };

    public Surface Table => new(Version, Publication.CamaraR22, "WebRTC Events",
    [
        new(HttpMethods.Post, "/subscriptions", "createNotificationChannelSubscription", EventScopes.CreateAny(Version, EventDialect.CamaraR22), Operations.CreateAsync)
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
        new(HttpMethods.Get, "/subscriptions", "retrieveNotificationChannelSubscriptionList", [EventScopes.Read(Version)], Operations.ListAsync)
        {
            Summary = "Retrieve a list of webrtc-events event subscription",
            Successes = [new(200, Schema.List(Schemas.Subscription))],
        },
        new(HttpMethods.Get, "/subscriptions/{subscriptionId}", "retrieveNotificationChannelSubscription", [EventScopes.Read(Version)], Operations.GetAsync)
        {
            Summary = "Retrieve a webrtc-events event subscription",
            Parameters = [Id],
            Successes = [new(200, Schemas.Subscription)],
            Errors = [new(404, "NOT_FOUND")],
        },
        new(HttpMethods.Delete, "/subscriptions/{subscriptionId}", "deleteNotificationChannelSubscription", [EventScopes.Delete(Version)], Operations.DeleteAsync)
        {
            Summary = "Delete a webrtc-events event subscription",
            Parameters = [Id],
            Successes = [new(204)],
            Errors = [new(404, "NOT_FOUND")],
        },
    ]);

    private static NewSubscription ReadNew(JsonFields body, IReadOnlyList<string> types)
    {
        if (types.Count > 1)
        {
            body.Reject(Problems.MultiEventNotSupported());
        }

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
            EventDialect.CamaraR22, sink, credential, SubscriptionEventTypes.Of(types, EventDialect.CamaraR22), deviceId, registrationId, callId,
            SubscriptionRequests.ExpireTime(config), maxEvents, initialEvent);
    }
}

using Byon.Functions.Events;
using Byon.Functions.Http;
using Byon.Platform;
using Byon.Platform.Records;

namespace Byon.Functions.Surfaces.Camara;

/// <summary>Subscriptions as CAMARA webrtc-events 0.3 has them.</summary>
internal sealed class SubscriptionSurface(Subscriptions subscriptions, ApiVersion version, EventDialect dialect)
{
    private static readonly ServedParameter Id = new(ParameterPlace.Path, "subscriptionId", Schema.Text(256));

    private static readonly ServedError[] WrongSubscription =
    [
        new(400, "OUT_OF_RANGE", "INVALID_PROTOCOL", "INVALID_CREDENTIAL", "INVALID_TOKEN", "INVALID_SINK"), new(422, "MISSING_IDENTIFIER"),
        new(429, "QUOTA_EXCEEDED"),
    ];

    private static readonly ServedError[] WrongChange =
        [new(400, "OUT_OF_RANGE", "INVALID_CREDENTIAL", "INVALID_TOKEN"), new(404, "NOT_FOUND")];

    private SubscriptionSchemas Schemas =>
        new(dialect, Schema.Object(null, new Member("deviceId", Schema.Uuid, Required: true)), SubscriptionEventTypes.Names(dialect).Count, hasLimits: true);

    private SubscriptionOperations Operations => new(subscriptions)
    {
        Version = version,
        Dialect = dialect,
        ReadNew = ReadNew,
        DetailOf = static record => new SubscriptionDetail(record.DeviceId, null, null),
    };

    /// <param name="subject">What is subscribed to, in the words of the summaries.</param>
    public Surface Table(Publication publication, string title, string subject) => new(version, publication, title,
    [
        new(HttpMethods.Post, "/subscriptions", "createNotificationChannelSubscription", EventScopes.CreateAny(version, dialect), Operations.CreateAsync)
        {
            Summary = $"Create a {subject} event subscription",
            RequestBody = Schemas.Request,
            Successes = [new(201, Schemas.Subscription)],
            Errors = WrongSubscription,
        },
        new(HttpMethods.Get, "/subscriptions", "retrieveNotificationChannelSubscriptionList", [EventScopes.Read(version)], Operations.ListAsync)
        {
            Summary = $"Retrieve a list of {subject} event subscription",
            Successes = [new(200, Schema.List(Schemas.Subscription, 100))],
        },
        new(HttpMethods.Get, "/subscriptions/{subscriptionId}", "retrieveNotificationChannelSubscription", [EventScopes.Read(version)], Operations.GetAsync)
        {
            Summary = $"Retrieve a {subject} event subscription",
            Parameters = [Id],
            Successes = [new(200, Schemas.Subscription)],
            Errors = [new(404, "NOT_FOUND")],
        },
        new(HttpMethods.Put, "/subscriptions/{subscriptionId}", "updateNotificationChannelSubscription", [EventScopes.Update(version)], Operations.UpdateAsync)
        {
            Summary = $"Update a {subject} event subscription",
            Parameters = [Id],
            RequestBody = Schemas.Update,
            Successes = [new(200, Schemas.Subscription)],
            Errors = WrongChange,
        },
        new(HttpMethods.Delete, "/subscriptions/{subscriptionId}", "deleteNotificationChannelSubscription", [EventScopes.Delete(version)], Operations.DeleteAsync)
        {
            Summary = $"Delete a {subject} event subscription",
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
            dialect, sink, credential, SubscriptionEventTypes.Of(types, dialect), deviceId, null, null, SubscriptionRequests.ExpireTime(config), maxEvents, initialEvent);
    }
}

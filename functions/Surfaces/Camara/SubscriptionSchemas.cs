using Byon.Platform.Records;

namespace Byon.Functions.Surfaces.Camara;

/// <summary>Bodies of webrtc-events, which differ between its publications in limits, types and what names the device.</summary>
/// <param name="dialect">Names the event types.</param>
/// <param name="hasLimits">r2.2 was published without lengths.</param>
internal sealed class SubscriptionSchemas(EventDialect dialect, Schema detail, int maximumTypes, bool hasLimits)
{
    private readonly Schema _dateTime = hasLimits ? Schema.DateTime : Schema.Text() with { Format = "date-time" };

    private readonly Schema _protocol = Schema.Choice("HTTP") with { Name = "Protocol" };

    public Schema Request => Schema.Object(
        "SubscriptionRequest",
        new("protocol", _protocol, Required: true),
        new("sink", Sink, Required: true),
        new("sinkCredential", Credential),
        new("types", Schema.List(Type, maximumTypes) with { MinimumItems = 1 }, Required: true),
        new("config", Config, Required: true));

    public Schema Update =>
        Schema.Object("SubscriptionUpdateRequest", new("sinkCredential", Credential), new("config", UpdateConfig)) with { Closed = true };

    private Schema UpdateConfig =>
        Schema.Object("SubscriptionUpdateConfig", new Member("subscriptionExpireTime", _dateTime)) with { Closed = true };

    /// <summary>Holds as many types as there are: a subscription may be read on another surface than it was made on.</summary>
    public Schema Subscription => Schema.Object(
        "Subscription",
        new("protocol", _protocol, Required: true),
        new("sink", Sink, Required: true),
        new("types", Schema.List(Type, SubscriptionEventTypes.Names(dialect).Count) with { MinimumItems = 1 }, Required: true),
        new("config", Config, Required: true),
        new("id", Schema.Text(hasLimits ? 256 : null) with { Name = "SubscriptionId" }, Required: true),
        new("startsAt", _dateTime),
        new("expiresAt", _dateTime),
        new("status", Schema.Choice("ACTIVATION_REQUESTED", "ACTIVE", "INACTIVE", "EXPIRED", "DELETED")));

    private Schema Sink => Schema.Text(hasLimits ? 1024 : null, @"^https:\/\/.+$") with { Format = "uri" };

    private Schema Credential => Schema.Object(
        "SinkCredential",
        new("credentialType", Schema.Choice("ACCESSTOKEN"), Required: true),
        new("accessToken", Schema.Text(hasLimits ? 8192 : null)),
        new("accessTokenExpiresUtc", _dateTime),
        new("accessTokenType", Schema.Choice("bearer")));

    private Schema Type =>
        Schema.Choice([.. SubscriptionEventTypes.Names(dialect)]) with { Name = "SubscriptionEventType" };

    private Schema Config => Schema.Object(
        "Config",
        new("subscriptionDetail", detail with { Name = "WebrtcSubscriptionDetail" }, Required: true),
        new("subscriptionExpireTime", _dateTime),
        new("subscriptionMaxEvents", new Schema("integer") { Minimum = 1, Maximum = hasLimits ? 1_000_000 : null, Format = hasLimits ? "int32" : null }),
        new("initialEvent", Schema.Boolean));
}

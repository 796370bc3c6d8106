using System.Net;
using Byon.Functions.Businesses;
using Byon.Functions.CallHandling;
using Byon.Functions.Channels;
using Byon.Functions.Delivery;
using Byon.Functions.Events;
using Byon.Functions.Http;
using Byon.Functions.Nodes;
using Byon.Functions.OpenApi;
using Byon.Functions.Push;
using Byon.Functions.Push.Apns;
using Byon.Functions.Push.Fcm;
using Byon.Functions.Push.WebPush;
using Byon.Functions.Registration;
using Byon.Functions.Security;
using Byon.Functions.Security.Limits;
using Byon.Functions.Security.Sinks;
using Byon.Functions.Security.Tokens;
using Byon.Functions.Surfaces;
using Byon.Functions.Surfaces.ByonV1;
using Byon.Functions.Surfaces.Camara;
using Byon.Functions.Surfaces.CamaraR22;
using Byon.Functions.Surfaces.Extensions;
using Byon.Functions.Timers;
using Byon.Functions.Triggers;
using Microsoft.Extensions.Options;

namespace Byon.Functions;

/// <summary>Settings and services, by concern. A setting that is missing or wrong stops the start and is named.</summary>
internal static class Composition
{
    /// <summary>What the Functions host expects of a custom handler: its port, nothing on standard error.</summary>
    public static void AddCustomHandler(this WebApplicationBuilder builder)
    {
        var port = builder.Configuration.GetValue("FUNCTIONS_CUSTOMHANDLER_PORT", 7072);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = RequestBody.MaximumSize;
            kestrel.Limits.MaxRequestHeaderCount = 64;
            kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.AddFilter("System", LogLevel.Warning);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<Failures>();
    }

    public static void AddSecurity(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<AuthOptions>().BindConfiguration("Auth")
            .Validate(
                auth => auth.IsComplete,
                "Auth: set Authority (https, or http on loopback), Audience, Algorithms of RS256, PS256, ES256, KeyLifetime of at most KeyMaximumAge, "
                + "and for a Mode other than Jwt Introspection:ClientId, Introspection:ClientSecret and, if any, an Introspection:Endpoint with https.")
            .ValidateOnStart();
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<IssuerDocuments>(services, IssuerHttpClient()));
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<IntrospectionClient>(services, IssuerHttpClient()));
        builder.Services.AddSingleton<IssuerKeys>();
        builder.Services.AddSingleton<TokenClaims>();
        builder.Services.AddSingleton<JwtTokens>();
        builder.Services.AddSingleton<OpaqueTokens>();
        builder.Services.AddSingleton<AccessTokens>();
        builder.Services.AddSingleton<BearerSecurity>();
        builder.Services.AddOptions<RateLimitOptions>().BindConfiguration("RateLimits")
            .Validate(limits => limits.IsConsistent, "RateLimits: PerSecond must be 0 (no limit) to 100000, Burst at least PerSecond and at most 1000000.")
            .ValidateOnStart();
        builder.Services.AddSingleton<RateLimits>();
        builder.Services.AddOptions<SinkOptions>().BindConfiguration("Sinks")
            .Validate(sinks => sinks.IsConsistent, "Sinks: ConnectTimeout must be positive and at most Timeout, Timeout at most two minutes.")
            .ValidateOnStart();
        builder.Services.AddSingleton(services => new SinkGuard(services.GetRequiredService<IOptions<SinkOptions>>()));
    }

    public static void AddNodes(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<NodeClient>(services, NodeHttpClient()));
        builder.Services.AddSingleton<Placement>();
        builder.Services.AddSingleton<NodePool>();
    }

    public static void AddApis(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<RegistrationOptions>().BindConfiguration("Registration")
            .Validate(policy => policy.IsConsistent, "Registration: lifetimes must satisfy 0 < minimum <= default <= maximum, limits must be positive and at most 10 per number.")
            .ValidateOnStart();
        builder.Services.AddOptions<CallHandlingOptions>().BindConfiguration("CallHandling");
        builder.Services.AddOptions<ChannelOptions>().BindConfiguration("Channels")
            .Validate(options => options.IsConsistent, "Channels: UrlLifetime must be positive and at most Lifetime, DeliveredLifetime and MaximumPerDevice positive.")
            .ValidateOnStart();
        builder.Services.AddSingleton<Registrations>();
        builder.Services.AddSingleton<CorrelatedCalls>();
        builder.Services.AddSingleton<CallSessions>();
        builder.Services.AddSingleton<PhoneSessions>();
        builder.Services.AddSingleton<SessionKeys>();
        builder.Services.AddSingleton<ChannelTicket>();
        builder.Services.AddSingleton<WebSocketChannels>();
        builder.Services.AddSingleton<SocketWelcome>();
        builder.Services.AddSingleton<DeliveredChannels>();
        builder.Services.AddSingleton<NotificationChannels>();
        builder.Services.AddSingleton<WebPubSubHook>();
        builder.Services.AddOptions<SubscriptionOptions>().BindConfiguration("Subscriptions")
            .Validate(policy => policy.IsConsistent, "Subscriptions: MaximumLifetime must be positive, MaximumPerDevice 1 to 100.")
            .ValidateOnStart();
        builder.Services.AddSingleton<Subscriptions>();
    }

    public static void AddDelivery(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<DeliveryOptions>().BindConfiguration("Delivery")
            .Validate(delivery => delivery.IsConsistent, "Delivery: Timeout must be positive and at most a minute, FirstRetry at most LongestRetry, MaximumRefusals positive.")
            .ValidateOnStart();
        builder.Services.AddSingleton<IDeliveryTransport>(services =>
            new WebhookTransport(services.GetRequiredService<SinkGuard>().CreateClient(), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<DeliveryMetrics>();
        builder.Services.AddSingleton<ReaderDelivery>();
        builder.Services.AddSingleton<DeviceDelivery>();
        builder.Services.AddSingleton<DeviceReaders>();
        builder.Services.AddSingleton<DeliverFunction>();
    }

    public static void AddTimers(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<TimerOptions>().BindConfiguration("Events")
            .Validate(events => events.IsConsistent, "Events: Retention must be at least 10 minutes.")
            .ValidateOnStart();
        builder.Services.AddSingleton<ReaderSweep>();
        builder.Services.AddSingleton<RegistrationSweep>();
        builder.Services.AddSingleton<ChannelSweep>();
        builder.Services.AddSingleton<CallSweep>();
        builder.Services.AddSingleton<LogTrim>();
        builder.Services.AddSingleton<CorrelatorTrim>();
        builder.Services.AddSingleton<TimerFunctions>();
    }

    public static void AddPush(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<PushOptions>().BindConfiguration("Push").ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<PushOptions>, PushOptionsValidation>();
        builder.Services.AddSingleton(services =>
            ActivatorUtilities.CreateInstance<WebPushClient>(services, services.GetRequiredService<SinkGuard>().CreateClient()));
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<FcmClient>(services, PushHttpClient()));
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<ApnsClient>(services, PushHttpClient()));
        builder.Services.AddSingleton<PushSender>();
        builder.Services.AddSingleton<IDeliveryTransport, PushTransport>();
    }

    public static void AddSurfaces(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<SurfaceOptions>().BindConfiguration("Surfaces");
        builder.Services.AddSingleton<RegistrationV04>();
        builder.Services.AddSingleton<CallHandlingV04>();
        builder.Services.AddSingleton<EventsV03>();
        builder.Services.AddSingleton<RegistrationV03>();
        builder.Services.AddSingleton<CallHandlingV03>();
        builder.Services.AddSingleton<EventsV02>();
        builder.Services.AddSingleton<RacmV1>();
        builder.Services.AddSingleton<NotificationChannelV1>();
        builder.Services.AddSingleton<VvoipV1>();
        builder.Services.AddSingleton<CallTransferV1>();
        builder.Services.AddSingleton<CallStatusV1>();
        builder.Services.AddSingleton<CallKeysV1>();
        builder.Services.AddSingleton<AllSurfaces>();
        builder.Services.AddSingleton<OpenApiPages>();
    }

    /// <summary>Clients with two-legged tokens and their numbers.</summary>
    public static void AddBusinesses(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<BusinessOptions>().BindConfiguration("Businesses").ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<BusinessOptions>, ValidBusinesses>();
        builder.Services.AddSingleton<BusinessDirectory>();
        builder.Services.AddSingleton<BusinessLines>();
        builder.Services.AddSingleton<BusinessCallers>();
        builder.Services.AddSingleton<Gate>();
    }

    private static HttpClient IssuerHttpClient() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(2), MaxConnectionsPerServer = 32, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            Timeout = TimeSpan.FromSeconds(5),
            MaxResponseContentBufferSize = 1024 * 1024,
        };

    private static HttpClient PushHttpClient() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(3), PooledConnectionLifetime = TimeSpan.FromMinutes(15) })
        {
            Timeout = TimeSpan.FromSeconds(10),
            MaxResponseContentBufferSize = 64 * 1024,
        };

    /// <summary>A node answers within some 12 s, its waits for the registrar and the tables included; one that does not is stuck.</summary>
    private static HttpClient NodeHttpClient() =>
        new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(2), PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            Timeout = TimeSpan.FromSeconds(20),
            MaxResponseContentBufferSize = 1024 * 1024,
        };
}

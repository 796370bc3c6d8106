using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Byon.Local.WebPubSub;

/// <summary>
/// A double of Azure Web PubSub for a desk and for tests: the REST calls servers make and the WebSockets clients open, with the
/// real rules for tokens, roles, acknowledgement, recovery and event handlers. Not there: MQTT, protobuf, several instances. A
/// restart forgets every connection, as it does in the service: clients start anew.
/// </summary>
public sealed class WebPubSubDouble : IAsyncDisposable
{
    private const int LargestBody = 1024 * 1024;

    private readonly WebApplication _app;
    private readonly Hubs _hubs;
    private readonly Upstream _upstream;
    private readonly string _accessKey;

    private WebPubSubDouble(WebApplication app, Hubs hubs, Upstream upstream, string accessKey)
    {
        _app = app;
        _hubs = hubs;
        _upstream = upstream;
        _accessKey = accessKey;
        var address = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        Endpoint = new Uri(address);
    }

    public Uri Endpoint { get; }

    public int Port => Endpoint.Port;

    /// <summary>For the setting WebPubSub__ConnectionString.</summary>
    public string ConnectionString => $"Endpoint={Endpoint.AbsoluteUri.TrimEnd('/')};AccessKey={_accessKey};Version=1.0;";

    /// <exception cref="IOException">The port is taken.</exception>
    public static Task<WebPubSubDouble> StartAsync(WebPubSubDoubleOptions options, CancellationToken cancel) => StartAsync(options, TimeProvider.System, cancel);

    internal static async Task<WebPubSubDouble> StartAsync(WebPubSubDoubleOptions options, TimeProvider time, CancellationToken cancel)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, options.Port);
            kestrel.Limits.MaxRequestBodySize = LargestBody;
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        var app = builder.Build();
        var upstream = new Upstream(options, time);
        var hubs = new Hubs(options, upstream, time);
        var clients = new ClientEndpoint(hubs, upstream, options, time);
        app.UseWebSockets();
        new ServiceApi(hubs, options, time).Map(app);
        app.Map("/client/hubs/{hub}", (HttpContext context, string hub) => clients.HandleAsync(context, hub));
        await app.StartAsync(cancel);
        return new WebPubSubDouble(app, hubs, upstream, options.AccessKey);
    }

    public async ValueTask DisposeAsync()
    {
        _hubs.CloseAll("The service stops.");
        await _app.StopAsync();
        await _app.DisposeAsync();
        _hubs.Dispose();
        _upstream.Dispose();
    }
}

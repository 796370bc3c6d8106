using System.Globalization;
using System.Net;
using Byon.Tests.Functions.Tests.Rig;
using Byon.Tests.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Byon.Tests.Functions.Tests.Contract;

/// <summary>Instances of the API with a part behind them spoiled, or with a limit that is reached at once.</summary>
internal sealed class SpoiledInstances : IAsyncDisposable
{
    private readonly List<WebApplication> _apps = [];

    public Uri NoStorage { get; private set; } = null!;

    /// <summary>Its storage answers every request with 200 and nonsense.</summary>
    public Uri GarbledStorage { get; private set; } = null!;

    public Uri Throttled { get; private set; } = null!;

    public Uri OneSubscription { get; private set; } = null!;

    public static async Task<SpoiledInstances> StartAsync(ApiRig rig)
    {
        var instances = new SpoiledInstances();
        var garbled = await instances.StartGarbledStorageAsync();
        instances.NoStorage = await instances.StartAsync(rig, $"--Storage:ConnectionString={StorageAt(FreePorts.Next())}");
        instances.GarbledStorage = await instances.StartAsync(rig, $"--Storage:ConnectionString={StorageAt(garbled)}");
        instances.OneSubscription = await instances.StartAsync(rig, "--Subscriptions:MaximumPerDevice=1");
        instances.Throttled = await instances.StartAsync(
            rig, [.. new[] { "Reads", "Creates", "Changes" }.SelectMany(kind => new[] { $"--RateLimits:Subscriber{kind}:PerSecond=1", $"--RateLimits:Subscriber{kind}:Burst=1" })]);
        return instances;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps)
            await app.DisposeAsync();
    }

    private async Task<Uri> StartAsync(ApiRig rig, params string[] settings)
    {
        var (app, address) = await rig.StartApiAsync(settings);
        _apps.Add(app);
        return address;
    }

    private async Task<int> StartGarbledStorageAsync()
    {
        var port = FreePorts.Next();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        app.Run(context => context.Response.WriteAsync("nonsense"));
        await app.StartAsync();
        _apps.Add(app);
        return port;
    }

    private static string StorageAt(int port)
    {
        var at = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/devstoreaccount1");
        return $"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=a2V5;TableEndpoint={at};QueueEndpoint={at};BlobEndpoint={at};";
    }
}

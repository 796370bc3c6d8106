using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Byon.Local.Azurite;
using Byon.Local.FunctionsHost;
using Byon.Local.Identity;
using Byon.Local.Up;
using Byon.Local.WebPubSub;
using Byon.MediaNode.Journaling;
using Byon.MediaNode.Telemetry;
using Byon.Platform;
using Byon.Platform.Stores;
using Byon.Tests.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Byon.Tests.EndToEnd;

/// <summary>
/// What events go through, each part breakable by itself: the journal of a media node, storage that keeps its data over a
/// restart, Web PubSub, and the functions under their host.
/// </summary>
public sealed class EventParts : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly int _functionsPort = FreePorts.Next();
    private readonly int _storagePort = FreePorts.Next(3);
    private readonly int _webPubSubPort = FreePorts.Next();
    private readonly ConcurrentQueue<string> _log = new();
    private AzuriteProcess _storage = null!;
    private WebPubSubDouble _webPubSub = null!;
    private MiniFunctionsHost _functions = null!;
    private ServiceProvider _node = null!;

    public DevIdentityProvider Identity { get; private set; } = null!;

    public Uri Api => _functions.Url;

    public Journal Journal => _node.GetRequiredService<Journal>();

    /// <summary>The end of what the functions and their host said.</summary>
    public string Log => string.Join(Environment.NewLine, _log.TakeLast(80));

    public async Task StartAsync()
    {
        await AzuriteProcess.EnsureInstalledAsync(AzuriteInstallation.DefaultFolder, default);
        await RestartStorageAsync();
        await StorageBootstrap.CreateAllAsync(new TableServiceClient(_storage.ConnectionString), default);
        await StorageBootstrap.CreateAllAsync(new QueueServiceClient(_storage.ConnectionString), default);
        await RestartWebPubSubAsync();
        Identity = await DevIdentityProvider.StartAsync(new DevIdentityOptions { Port = FreePorts.Next() });
        _functions = await MiniFunctionsHost.StartAsync(new MiniFunctionsHostOptions
        {
            PackageRoot = Repository.Find().FunctionsPackage,
            Port = _functionsPort,
            Settings = Settings(),
            Log = (_, line) => _log.Enqueue(line),
        });
        _node = await StartNodeAsync();
    }

    public Task StopStorageAsync() => _storage.DisposeAsync().AsTask();

    public async Task RestartStorageAsync() => _storage = await AzuriteProcess.StartAsync(
        new AzuriteOptions(AzuriteInstallation.DefaultFolder, _storagePort, _storagePort + 1, _storagePort + 2) { DataFolder = _folder.Path }, default);

    public Task StopWebPubSubAsync() => _webPubSub.DisposeAsync().AsTask();

    public async Task RestartWebPubSubAsync()
    {
        var hook = new UpstreamHandler("byon", new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_functionsPort}/hooks/webpubsub")), ["connected"]);
        _webPubSub = await WebPubSubDouble.StartAsync(new WebPubSubDoubleOptions(_webPubSubPort, Convert.ToBase64String(_key)) { Handler = hook }, default);
    }

    /// <summary>Dies without a word; the host starts another.</summary>
    public void KillFunctions()
    {
        using var process = Process.GetProcessById(_functions.HandlerProcessId);
        process.Kill();
    }

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
            await _node.DisposeAsync();
        if (_functions is not null)
            await _functions.DisposeAsync();
        if (Identity is not null)
            await Identity.DisposeAsync();
        if (_webPubSub is not null)
            await _webPubSub.DisposeAsync();
        if (_storage is not null)
            await _storage.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<ServiceProvider> StartNodeAsync()
    {
        var settings = Settings().ToDictionary(setting => setting.Key.Replace("__", ":", StringComparison.Ordinal), setting => (string?)setting.Value);
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System)
            .AddPlatform(new ConfigurationBuilder().AddInMemoryCollection(settings).Build())
            .AddSingleton<NodeMetrics>().AddSingleton<DeliveryRequester>().AddSingleton<EventPusher>().AddSingleton<CallSeal>().AddSingleton<Journal>()
            .BuildServiceProvider();
        await services.GetRequiredService<DeliveryRequester>().StartAsync(default);
        return services;
    }

    private Dictionary<string, string> Settings() => new()
    {
        ["Storage__ConnectionString"] = _storage.ConnectionString,
        ["WebPubSub__ConnectionString"] = _webPubSub.ConnectionString,
        ["WebPubSub__Hub"] = "byon",
        ["Control__PoolKey"] = Convert.ToBase64String(_key),
        ["Auth__Authority"] = Identity?.Issuer ?? "",
        ["Auth__Audience"] = "byon",
        ["Sinks__AllowLoopback"] = "true",
        ["Delivery__Timeout"] = "00:00:03",
    };
}

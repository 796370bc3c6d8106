using System.Globalization;
using System.Net;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Byon.Local.Azurite;
using Byon.Local.FunctionsHost;
using Byon.Local.Identity;
using Byon.Local.Ims;
using Byon.Local.Softphone;
using Byon.Local.WebPubSub;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.Local.Up;

/// <summary>
/// The whole system on loopback: storage, Web PubSub, identity provider, IMS, media nodes, functions, softphone page.
/// Parts start in the order in which they need each other and stop the other way round.
/// </summary>
public sealed class LocalStack(LocalStackOptions options, StartProgress progress) : IAsyncDisposable
{
    private readonly Stack<(string Name, IAsyncDisposable Part)> _started = new();
    private readonly List<MediaNodeProcess> _nodes = [];
    private readonly StackSettings _settings = new(options);

    public Uri PageUrl { get; private set; } = null!;

    public Uri ApiUrl => Functions.Url;

    public AzuriteProcess Storage { get; private set; } = null!;

    public WebPubSubDouble WebPubSub { get; private set; } = null!;

    public DevIdentityProvider Identity { get; private set; } = null!;

    /// <summary>Null where the stack uses a real IMS.</summary>
    public ImsSimulator? Simulator { get; private set; }

    public MiniFunctionsHost Functions { get; private set; } = null!;

    public IReadOnlyList<MediaNodeProcess> Nodes => _nodes;

    /// <exception cref="InvalidOperationException">A part did not start; the message is for the user. What had started is stopped by disposal.</exception>
    public async Task StartAsync(CancellationToken cancel)
    {
        if (options.Repository.MissingBuild is { } missing)
        {
            throw new InvalidOperationException(missing);
        }

        ProcessGuard.Arm();
        var azurite = AzuriteInstallation.DefaultFolder;
        if (!AzuriteInstallation.IsInstalled(azurite))
        {
            await progress.StepAsync("Install Azurite with npm", () => AzuriteInstallation.EnsureInstalledAsync(azurite, cancel));
        }

        await progress.StepAsync("Azurite, storage emulator", () => StartStorageAsync(azurite, cancel));
        await progress.StepAsync("Web PubSub double", () => StartWebPubSubAsync(cancel));
        await progress.StepAsync("Identity provider", () => StartIdentityAsync(cancel));
        if (options.Ims is null)
        {
            await progress.StepAsync("IMS simulator", StartSimulatorAsync);
        }

        await progress.StepAsync("Subscribers", () => SeedAsync(cancel));
        await progress.StepAsync(options.Nodes == 1 ? "Media node" : $"{options.Nodes} media nodes", () => StartNodesAsync(cancel));
        await progress.StepAsync("REST API in the Functions host", () => StartFunctionsAsync(cancel));
        await progress.StepAsync("Softphone page", () => StartPageAsync(cancel));
    }

    public async ValueTask DisposeAsync()
    {
        while (_started.TryPop(out var entry))
        {
            await progress.StepAsync($"Stop {entry.Name}", () => entry.Part.DisposeAsync().AsTask());
        }
    }

    private async Task StartStorageAsync(string folder, CancellationToken cancel)
    {
        Storage = await AzuriteProcess.StartAsync(
            new AzuriteOptions(folder, options.Ports.Blob, options.Ports.Queue, options.Ports.Table), cancel);
        _started.Push(("storage", Storage));
        _settings.StorageConnection = Storage.ConnectionString;
    }

    private async Task StartWebPubSubAsync(CancellationToken cancel)
    {
        var hook = new UpstreamHandler("byon", new Uri(LocalUrl(options.Ports.Functions), "/hooks/webpubsub"), ["connected"]);
        WebPubSub = await WebPubSubDouble.StartAsync(new WebPubSubDoubleOptions(options.Ports.WebPubSub, _settings.WebPubSubKey) { Handler = hook }, cancel);
        _started.Push(("Web PubSub", WebPubSub));
        _settings.WebPubSubConnection = WebPubSub.ConnectionString;
    }

    private async Task StartIdentityAsync(CancellationToken cancel)
    {
        var people = options.Subscribers.Select(each => new DevSubscriber(each.DisplayName, each.Number));
        Identity = await DevIdentityProvider.StartAsync(new DevIdentityOptions { Port = options.Ports.Identity, Subscribers = [.. people] }, cancel);
        _started.Push(("identity provider", Identity));
        _settings.Issuer = Identity.Issuer;
    }

    private Task StartSimulatorAsync()
    {
        var subscribers = options.Subscribers.Select(each => new ImsSubscriber(each.Number, each.User, each.Password));
        Simulator = ImsSimulator.Start(new ImsSimulatorOptions(
            new IPEndPoint(IPAddress.Loopback, options.Ports.Ims), options.Subscribers[0].HomeDomain, [.. subscribers]));
        _started.Push(("IMS simulator", Simulator));
        return Task.CompletedTask;
    }

    private async Task SeedAsync(CancellationToken cancel)
    {
        var tables = new TableServiceClient(_settings.StorageConnection);
        await StorageBootstrap.CreateAllAsync(tables, cancel);
        await StorageBootstrap.CreateAllAsync(new QueueServiceClient(_settings.StorageConnection), cancel);
        var store = new SubscriberStore(tables, _settings.PoolKey);
        await Task.WhenAll(options.Subscribers.Select(each =>
            store.PutAsync(new SubscriberRecord(each.Number, each.Identity, each.User, each.Password), cancel)));
    }

    private async Task StartNodesAsync(CancellationToken cancel)
    {
        _started.Push(("media nodes", new AllOf(_nodes)));
        var starting = Enumerable.Range(1, options.Nodes).Select(number => StartNodeAsync(number, cancel)).ToList();
        Task all = Task.WhenAll(starting);
        await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _nodes.AddRange(starting.Where(start => start.IsCompletedSuccessfully).Select(start => start.Result));
        await all;
    }

    private Task<MediaNodeProcess> StartNodeAsync(int number, CancellationToken cancel) => MediaNodeProcess.StartAsync(
        new MediaNodeStart(
            number, options.Repository.MediaNodeExecutable, LocalUrl(options.Ports.Control + number), _settings.OfNode(number), options.RestartNodes),
        LogOf($"node-{number}"), progress.Line, cancel);

    private async Task StartFunctionsAsync(CancellationToken cancel)
    {
        var log = LogOf("functions");
        Functions = await MiniFunctionsHost.StartAsync(
            new MiniFunctionsHostOptions
            {
                PackageRoot = options.Repository.FunctionsPackage,
                Port = options.Ports.Functions,
                Settings = _settings.OfFunctions(),
                AllowedOrigins = [LocalUrl(options.Ports.Page).GetLeftPart(UriPartial.Authority)],
                Log = (level, line) => log.Write($"{level}: {line}"),
            },
            cancel);
        _started.Push(("REST API", new InTurn([Functions, log])));
    }

    private async Task StartPageAsync(CancellationToken cancel)
    {
        var contacts = options.Subscribers.Select(each => new SoftphoneContact(each.Number, each.DisplayName));
        var config = new SoftphoneConfig(
            Origin(ApiUrl), Identity.Issuer, DevClients.Softphone, "openid", options.Ims is null ? DemoPhones : [], [.. contacts], options.Ims is null);
        string[] sources = [config.ApiBase, config.Issuer, $"ws://{WebPubSub.Endpoint.Authority}"];
        var page = await SoftphoneServer.StartAsync(new SoftphoneServerOptions(options.Ports.Page, config, sources, Simulator is null ? null : Simulator.CallAsync), cancel);
        _started.Push(("softphone page", page));
        PageUrl = page.Url;
    }

    private static readonly SoftphoneContact[] DemoPhones =
    [
        new("+34999000001", "Echo", "Answers and repeats what you say"),
        new("+34999000002", "Busy line", "Is always busy"),
        new("+34999000003", "Nobody home", "Rings and never answers"),
    ];

    private PartLog LogOf(string part) => new(options.LogFolder, part, options.ShowLogs ? progress.Line : null);

    private static Uri LocalUrl(int port) => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));

    private static string Origin(Uri url) => url.GetLeftPart(UriPartial.Authority);

    private sealed class InTurn(IReadOnlyList<IAsyncDisposable> parts) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            foreach (var part in parts)
            {
                await part.DisposeAsync();
            }
        }
    }

    /// <summary>Stops several parts at once.</summary>
    private sealed class AllOf(IReadOnlyList<IAsyncDisposable> parts) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await Task.WhenAll(parts.Select(part => part.DisposeAsync().AsTask()));
    }
}

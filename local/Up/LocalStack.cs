using System.Globalization;
using System.Security.Cryptography;
using Byon.Local.Azurite;
using Byon.Local.Softphone;

namespace Byon.Local.Up;

/// <summary>
/// The whole system on loopback: storage, Web PubSub, identity provider, IMS, media nodes, functions, softphone page.
/// Parts start in the order in which they need each other and stop the other way round.
/// </summary>
public sealed class LocalStack(LocalStackOptions options, StartProgress progress) : IAsyncDisposable
{
    private readonly Stack<(string Name, IAsyncDisposable Part)> _started = new();
    private readonly List<MediaNodeProcess> _nodes = [];
    private readonly string _poolKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    public Uri PageUrl { get; private set; } = null!;

    public Uri ApiUrl => new(Local(options.Ports.Functions));

    public string ImsNextHop => options.Ims ?? $"sip:127.0.0.1:{options.Ports.Ims}";

    public string LogFolder => options.LogFolder ?? options.Repository.LogFolder;

    public AzuriteProcess Storage { get; private set; } = null!;

    public IReadOnlyList<MediaNodeProcess> Nodes => _nodes;

    /// <exception cref="InvalidOperationException">A part did not start; the message is for the user. What had started is stopped by disposal.</exception>
    public async Task StartAsync(CancellationToken cancel)
    {
        if (options.Repository.MissingBuild is { } missing)
        {
            throw new InvalidOperationException(missing);
        }

        ProcessGuard.Arm();
        await progress.StepAsync("Azurite, storage emulator", () => StartStorageAsync(cancel));
        await progress.StepAsync(options.Nodes == 1 ? "Media node" : $"{options.Nodes} media nodes", () => StartNodesAsync(cancel));
        await progress.StepAsync("Softphone page", () => StartPageAsync(cancel));
    }

    public async ValueTask DisposeAsync()
    {
        while (_started.TryPop(out var entry))
        {
            await progress.StepAsync($"Stop {entry.Name}", () => entry.Part.DisposeAsync().AsTask());
        }
    }

    private async Task StartStorageAsync(CancellationToken cancel)
    {
        var folder = AzuriteInstallation.DefaultFolder;
        await AzuriteProcess.EnsureInstalledAsync(folder, cancel);
        Storage = await AzuriteProcess.StartAsync(
            new AzuriteOptions(folder, options.Ports.Blob, options.Ports.Queue, options.Ports.Table), cancel);
        _started.Push(("storage", Storage));
    }

    private async Task StartNodesAsync(CancellationToken cancel)
    {
        _started.Push(("media nodes", new AllOf(_nodes)));
        var starting = Enumerable.Range(1, options.Nodes).Select(number => MediaNodeProcess.StartAsync(
            new MediaNodeStart(number, options.Repository.MediaNodeExecutable, new Uri(Local(options.Ports.Control + number)), NodeSettingsOf(number), options.RestartNodes),
            LogOf($"node-{number}"), progress.Line, cancel)).ToList();
        foreach (var node in starting)
        {
            _nodes.Add(await node);
        }
    }

    private Dictionary<string, string> NodeSettingsOf(int number)
    {
        var ports = options.Ports;
        var settings = new Dictionary<string, string>(SharedSettings())
        {
            ["Node__Id"] = $"node-{number}",
            ["Node__Control__Port"] = Text(ports.Control + number),
            ["Node__Sip__Port"] = Text(ports.Sip + number),
            ["Node__Ims__NextHop"] = ImsNextHop,
            ["Node__Ims__Domain"] = options.Subscribers[0].HomeDomain,
            ["Node__Media__WebRtcPort"] = Text(ports.WebRtc + number),
            ["Node__Media__Workers"] = "1",
            ["Node__Media__ImsPortFirst"] = Text(ports.Rtp + ((number - 1) * LocalPorts.RtpPortsPerNode)),
            ["Node__Media__ImsPortCount"] = Text(LocalPorts.RtpPortsPerNode),
            ["Node__DrainSeconds"] = "1",
        };
        return Merge(settings, options.NodeSettings);
    }

    private Dictionary<string, string> SharedSettings() => new()
    {
        ["Storage__ConnectionString"] = Storage.ConnectionString,
        ["Control__PoolKey"] = _poolKey,
    };

    private async Task StartPageAsync(CancellationToken cancel)
    {
        var config = new SoftphoneConfig(
            Local(options.Ports.Functions), Local(options.Ports.Identity), "softphone", "openid", options.Ims is null ? DemoPhones : [],
            [.. options.Subscribers.Select(each => new SoftphoneContact(each.Number, each.DisplayName))], options.Ims is null);
        string[] sources = [config.ApiBase, config.Issuer, $"ws://127.0.0.1:{options.Ports.WebPubSub}"];
        var page = await SoftphoneServer.StartAsync(new SoftphoneServerOptions(options.Ports.Page, config, sources, null), cancel);
        _started.Push(("softphone page", page));
        PageUrl = page.Url;
    }

    private static readonly SoftphoneContact[] DemoPhones =
    [
        new("+34999000001", "Echo", "Answers and repeats what you say"),
        new("+34999000002", "Busy line", "Is always busy"),
        new("+34999000003", "Nobody home", "Rings and never answers"),
    ];

    private PartLog LogOf(string part) => new(LogFolder, part, options.ShowLogs ? progress.Line : null);

    private static Dictionary<string, string> Merge(Dictionary<string, string> settings, IReadOnlyDictionary<string, string> over)
    {
        foreach (var (name, value) in over)
        {
            settings[name] = value;
        }

        return settings;
    }

    private static string Local(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Stops several parts at once.</summary>
    private sealed class AllOf(IReadOnlyList<IAsyncDisposable> parts) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await Task.WhenAll(parts.Select(part => part.DisposeAsync().AsTask()));
    }
}

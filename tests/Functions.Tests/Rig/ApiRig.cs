using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Byon.Local.Azurite;
using Byon.Local.Identity;
using Byon.Local.WebPubSub;
using Byon.Platform.Stores;
using Byon.Tests.TestKit;
using Byon.Tests.TestKit.OpenApi;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Api = Byon.Functions.Program;

namespace Byon.Tests.Functions.Tests.Rig;

/// <summary>The API on a free port with real storage, a real issuer and two stub nodes; shared by all tests of the collection.</summary>
public sealed class ApiRig : IAsyncLifetime
{
    private static int _numbers;

    private AzuriteProcess? _storage;
    private WebApplication? _app;
    private readonly LogCapture _log = new();

    public byte[] PoolKey { get; } = RandomNumberGenerator.GetBytes(32);

    public TableServiceClient Tables { get; private set; } = null!;

    public QueueServiceClient Queues { get; private set; } = null!;

    public DevIdentityProvider Identity { get; private set; } = null!;

    /// <summary>Real sockets; its event handler is the API.</summary>
    public WebPubSubDouble WebPubSub { get; private set; } = null!;

    public Uri Address { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    internal StubNode Node { get; private set; } = null!;

    internal StubNode OtherNode { get; private set; } = null!;

    public IServiceProvider Services => _app!.Services;

    /// <summary>Everything the API has logged.</summary>
    public IReadOnlyCollection<string> LogLines => _log.Lines;

    public int TablePort => _storage!.TablePort;

    public int QueuePort => _storage!.QueuePort;

    public string StorageConnectionString => _storage!.ConnectionString;

    /// <summary>A phone number that no other test uses.</summary>
    public static string NewNumber() => "+34611" + Interlocked.Increment(ref _numbers).ToString("D6", CultureInfo.InvariantCulture);

    public async Task InitializeAsync()
    {
        await AzuriteProcess.EnsureInstalledAsync(AzuriteInstallation.DefaultFolder, CancellationToken.None);
        _storage = await AzuriteProcess.StartAsync(new AzuriteOptions(AzuriteInstallation.DefaultFolder), CancellationToken.None);
        Tables = new TableServiceClient(_storage.ConnectionString);
        Queues = new QueueServiceClient(_storage.ConnectionString);
        await StorageBootstrap.CreateAllAsync(Tables, CancellationToken.None);
        await StorageBootstrap.CreateAllAsync(Queues, CancellationToken.None);
        Identity = await DevIdentityProvider.StartAsync(new DevIdentityOptions { Port = FreePorts.Next() });
        Node = await StubNode.StartAsync(this, "node-a");
        OtherNode = await StubNode.StartAsync(this, "node-b");
        var port = FreePorts.Next();
        var hook = new UpstreamHandler("byon", new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/hooks/webpubsub")), ["connected"]);
        WebPubSub = await WebPubSubDouble.StartAsync(new WebPubSubDoubleOptions(0, Convert.ToBase64String(PoolKey)) { Handler = hook }, CancellationToken.None);
        (_app, Address) = await StartApiAsync(port, []);
        _app.Services.GetRequiredService<ILoggerFactory>().AddProvider(_log);
        Http = new HttpClient(new DocumentedAnswersHandler(new SocketsHttpHandler())) { BaseAddress = Address };
    }

    public async Task DisposeAsync()
    {
        Http.Dispose();
        await _app!.DisposeAsync();
        await WebPubSub.DisposeAsync();
        await Node.DisposeAsync();
        await OtherNode.DisposeAsync();
        await Identity.DisposeAsync();
        await _storage!.DisposeAsync();
        _log.Dispose();
    }

    /// <summary>Another instance of the API on the same parts, with settings on top.</summary>
    public Task<(WebApplication App, Uri Address)> StartApiAsync(params string[] settings) => StartApiAsync(FreePorts.Next(), settings);

    private async Task<(WebApplication App, Uri Address)> StartApiAsync(int port, string[] settings)
    {
        string[] arguments =
        [
            $"--FUNCTIONS_CUSTOMHANDLER_PORT={port}", $"--Storage:ConnectionString={StorageConnectionString}",
            $"--WebPubSub:ConnectionString={WebPubSub.ConnectionString}",
            $"--Control:PoolKey={Convert.ToBase64String(PoolKey)}", $"--Auth:Authority={Identity.Issuer}", .. settings,
        ];
        var app = Api.Build(arguments);
        await app.StartAsync();
        return (app, new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/")));
    }

    /// <summary>A request with a token of the test's making.</summary>
    internal Task<Answer> SendAsync(HttpMethod method, string path, TokenSpec token, string? body = null) =>
        SendAsync(method, path, "Bearer " + Identity.Mint(token), body);

    internal async Task<Answer> SendAsync(HttpMethod method, string path, string? authorization, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await Answer.ReadAsync(await Http.SendAsync(request));
    }

    /// <summary>Nodes as every test expects to find them.</summary>
    internal async Task ResetNodesAsync()
    {
        foreach (var node in new[] { Node, OtherNode })
        {
            node.Refusal = null;
            node.Commands.Clear();
            await node.HeartbeatAsync();
        }
    }

    private sealed class LogCapture : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");

        public void Dispose() => Lines.Clear();
    }
}

[CollectionDefinition(Name)]
public sealed class ApiCollection : ICollectionFixture<ApiRig>
{
    public const string Name = "API";
}

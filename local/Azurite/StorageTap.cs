using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http.Features;

namespace Byon.Local.Azurite;

/// <summary>
/// Stands between a program and the storage emulator and notes every operation that passes: how many an API operation or a call
/// costs is a figure that has a budget. A transaction is one operation, as it is billed.
/// </summary>
public sealed class StorageTap : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _operations = new();
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false });
    private readonly Dictionary<int, int> _behind;

    private StorageTap(Dictionary<int, int> behind)
    {
        _behind = behind;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            foreach (var port in behind.Keys)
                kestrel.Listen(IPAddress.Loopback, port);
        });
        _app = builder.Build();
        _app.Run(PassOnAsync);
    }

    /// <summary>What has passed since the last <see cref="Forget"/>, as "GET calls" or "POST $batch".</summary>
    public IReadOnlyList<string> Operations => [.. _operations];

    /// <param name="ports">Port of the tap, port of the emulator behind it: one pair for the tables, one for the queues.</param>
    public static async Task<StorageTap> StartAsync(params (int Port, int Behind)[] ports)
    {
        var tap = new StorageTap(ports.ToDictionary(pair => pair.Port, pair => pair.Behind));
        await tap._app.StartAsync();
        return tap;
    }

    /// <summary>The connection string of the emulator with this tap in between.</summary>
    public string Through(string connectionString) => _behind.Aggregate(connectionString, (text, pair) => text.Replace(
        string.Create(CultureInfo.InvariantCulture, $":{pair.Value}/"), string.Create(CultureInfo.InvariantCulture, $":{pair.Key}/"), StringComparison.Ordinal));

    public void Forget() => _operations.Clear();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task PassOnAsync(HttpContext context)
    {
        // The signature covers the path as it was written: it must not be decoded and encoded anew.
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        _operations.Enqueue($"{context.Request.Method} {ResourceOf(target)}");
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        using var request = new HttpRequestMessage(
            HttpMethod.Parse(context.Request.Method),
            new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_behind[context.Connection.LocalPort]}{target}")))
        {
            Content = new ByteArrayContent(body.ToArray()),
        };
        foreach (var (name, values) in context.Request.Headers.Where(header => header.Key is not ("Host" or "Connection" or "Transfer-Encoding")))
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()))
                request.Content.Headers.TryAddWithoutValidation(name, values.ToArray());
        }

        using var answer = await _http.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key is not ("Transfer-Encoding" or "Connection")))
            context.Response.Headers[name] = values.ToArray();
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    /// <summary>The table or queue: what follows the account, without keys and query.</summary>
    private static string ResourceOf(string target) => target.Split('/', 3) is [_, _, var rest] ? rest.Split('(', '/', '?')[0] : target;
}

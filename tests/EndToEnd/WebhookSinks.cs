using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Byon.Tests.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Byon.Tests.EndToEnd;

/// <summary>The servers of many application providers behind one port: each path is a sink that keeps what it is sent.</summary>
public sealed class WebhookSinks : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<long>> _taken = new();

    private WebhookSinks(WebApplication app, int port)
    {
        _app = app;
        Url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));
    }

    public Uri Url { get; }

    public int Count => _taken.Values.Sum(queue => queue.Count);

    public static async Task<WebhookSinks> StartAsync()
    {
        var port = FreePorts.Next();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        var sinks = new WebhookSinks(app, port);
        app.Run(sinks.TakeAsync);
        await app.StartAsync();
        return sinks;
    }

    /// <summary>Cursors of what a sink was sent, in order of their first coming: at least once means that some come again.</summary>
    public IReadOnlyList<long> TakenBy(string sink) => _taken.TryGetValue(sink, out var queue) ? [.. queue.Distinct()] : [];

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var cloudEvent = JsonNode.Parse(await reader.ReadToEndAsync())!;
        var cursor = long.Parse((string)cloudEvent["cursor"]!, CultureInfo.InvariantCulture);
        _taken.GetOrAdd(context.Request.Path.Value!.TrimStart('/'), _ => new()).Enqueue(cursor);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}

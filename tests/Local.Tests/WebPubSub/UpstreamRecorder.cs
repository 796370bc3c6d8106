using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Byon.Tests.Local.Tests.WebPubSub;

/// <summary>A call of the double to its event handler.</summary>
internal sealed record UpstreamCall(string Type, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string Connection => Headers["ce-connectionid"];
}

/// <summary>An event handler that keeps what it is told and answers as it was told to.</summary>
internal sealed class UpstreamRecorder : IAsyncDisposable
{
    private readonly WebApplication _app;

    private UpstreamRecorder(WebApplication app) => _app = app;

    public Uri Url => new(new Uri(_app.Urls.First()), "/hooks/webpubsub");

    public ConcurrentQueue<UpstreamCall> Calls { get; } = new();

    /// <summary>The header WebHook-Allowed-Origin; null does not agree to be called.</summary>
    public string? AllowedOrigin { get; set; } = "*";

    /// <summary>By ce-type, without "azure.webpubsub.".</summary>
    public ConcurrentDictionary<string, (int Status, string Body)> Answers { get; } = new();

    public static async Task<UpstreamRecorder> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var recorder = new UpstreamRecorder(builder.Build());
        recorder._app.Run(recorder.HandleAsync);
        await recorder._app.StartAsync();
        return recorder;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            if (AllowedOrigin is { } origin)
                context.Response.Headers["WebHook-Allowed-Origin"] = origin;
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        var headers = context.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString());
        var type = headers["ce-type"].Replace("azure.webpubsub.", "", StringComparison.Ordinal);
        Calls.Enqueue(new UpstreamCall(type, headers, await reader.ReadToEndAsync()));
        var (status, body) = Answers.GetValueOrDefault(type, (204, ""));
        context.Response.StatusCode = status;
        if (body.Length > 0)
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(body);
        }
    }
}

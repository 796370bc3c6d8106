using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Byon.Tests.Functions.Tests.Channels;

/// <summary>An application's server that takes what its webhook channel brings.</summary>
internal sealed class ChannelReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ChannelReceiver(WebApplication app) => _app = app;

    public string Url => _app.Urls.First() + "/events";

    public ConcurrentQueue<(string Authorization, JsonNode CloudEvent)> Taken { get; } = new();

    public static async Task<ChannelReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var receiver = new ChannelReceiver(builder.Build());
        receiver._app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            receiver.Taken.Enqueue((context.Request.Headers.Authorization.ToString(), JsonNode.Parse(await reader.ReadToEndAsync())!));
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        });
        await receiver._app.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}

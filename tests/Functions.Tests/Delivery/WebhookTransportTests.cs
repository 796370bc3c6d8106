using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Byon.Functions.Delivery;
using Byon.Functions.Security.Sinks;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Tests.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Byon.Tests.Functions.Tests.Delivery;

public sealed class WebhookTransportTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    private readonly int _port = FreePorts.Next();
    private readonly ConcurrentQueue<(IHeaderDictionary Headers, string Body)> _seen = new();
    private WebApplication _sink = null!;
    private RequestDelegate _answer = context =>
    {
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    };

    private string Sink => $"http://127.0.0.1:{_port}/sink?key=1";

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, _port));
        _sink = builder.Build();
        _sink.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            _seen.Enqueue((new HeaderDictionary(context.Request.Headers.ToDictionary()), await reader.ReadToEndAsync()));
            await _answer(context);
        });
        await _sink.StartAsync();
    }

    public async Task DisposeAsync() => await _sink.DisposeAsync();

    [Fact]
    public async Task AnEventIsACloudEventWithTheBearerOfTheSink()
    {
        Assert.Equal(DeliveryVerdict.Delivered, (await SendAsync()).Verdict);
        var (headers, body) = Assert.Single(_seen);
        Assert.Equal("application/cloudevents+json; charset=utf-8", headers.ContentType);
        Assert.Equal("Bearer sink-token", headers.Authorization);
        Assert.Equal("event-1", headers["x-correlator"]);
        var json = JsonNode.Parse(body)!;
        Assert.Equal(("event-1", "1.0", "org.camaraproject.webrtc-events.v0.session-status"), ((string?)json["id"], (string?)json["specversion"], (string?)json["type"]));
        Assert.Equal(("reader-1", "call-1", 4), ((string?)json["data"]!["subscriptionId"], (string?)json["data"]!["mediaSessionId"], (int)json["data"]!["sequenceNumber"]!));
    }

    [Theory]
    [InlineData(200, "Delivered")]
    [InlineData(202, "Delivered")]
    [InlineData(302, "Refused")]
    [InlineData(400, "Refused")]
    [InlineData(401, "Refused")]
    [InlineData(404, "Refused")]
    [InlineData(408, "Later")]
    [InlineData(410, "Gone")]
    [InlineData(425, "Later")]
    [InlineData(429, "Later")]
    [InlineData(500, "Later")]
    [InlineData(503, "Later")]
    public async Task EveryStatusHasItsMeaning(int status, string verdict)
    {
        _answer = context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };
        Assert.Equal(new DeliveryOutcome(Enum.Parse<DeliveryVerdict>(verdict), $"status {status}"), await SendAsync());
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("Sat, 21 Nov 2026 10:01:30 GMT", 90)]
    [InlineData("Sat, 21 Nov 2026 09:00:00 GMT", null)]
    [InlineData("soon", null)]
    public async Task RetryAfterIsReadInBothItsForms(string header, int? seconds)
    {
        _answer = context =>
        {
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            context.Response.Headers.RetryAfter = header;
            return Task.CompletedTask;
        };
        Assert.Equal(seconds is { } asked ? TimeSpan.FromSeconds(asked) : null, (await SendAsync()).RetryAfter);
    }

    [Fact]
    public async Task ARedirectIsNotFollowed()
    {
        _answer = context =>
        {
            context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            context.Response.Headers.Location = Sink;
            return Task.CompletedTask;
        };
        Assert.Equal(DeliveryVerdict.Refused, (await SendAsync()).Verdict);
        Assert.Single(_seen);
    }

    [Fact]
    public async Task ASinkThatDoesNotAnswerIsTriedLater()
    {
        _answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        Assert.Equal(new DeliveryOutcome(DeliveryVerdict.Later, "timeout"), await SendAsync(cancel: limit.Token));
    }

    [Fact]
    public async Task NobodyThereIsTriedLaterAndAForbiddenAddressIsRefused()
    {
        Assert.Equal(DeliveryVerdict.Later, (await SendAsync($"http://127.0.0.1:{FreePorts.Next()}/")).Verdict);
        Assert.Equal(new DeliveryOutcome(DeliveryVerdict.Refused, "address refused"), await SendAsync(allowLoopback: false));
        Assert.Empty(_seen);
    }

    private async Task<DeliveryOutcome> SendAsync(string? target = null, bool allowLoopback = true, CancellationToken cancel = default)
    {
        using var http = new SinkGuard(Microsoft.Extensions.Options.Options.Create(new SinkOptions { AllowLoopback = allowLoopback })).CreateClient();
        var reader = new ReaderRecord
        {
            ReaderId = "reader-1",
            PhoneNumber = "+34600111222",
            DeviceId = "d",
            ClientId = "c",
            Subject = "s",
            Kind = ReaderKind.Webhook,
            Dialect = EventDialect.Camara,
            Target = target ?? Sink,
            Credential = "sink-token",
            Kinds = EventKinds.All,
            CreatedAt = Now,
        };
        var data = new CallEventData(false, "call-1", 4, CallStatus.Ringing, "tel:+34600111222", null, "tel:+34600333444", null, null, null, null, null);
        var entry = new DeviceEvent(new DeviceKey("+34600111222", "d"), 9, "event-1", Now, data);
        return await new WebhookTransport(http, new ManualClock(Now)).SendAsync(reader, new OutgoingEvent(entry.EventId, entry, CloudEventWriter.Write(entry, reader)), cancel);
    }
}

using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Byon.MediaNode.Core;
using Byon.MediaNode.Native;
using Byon.Tests.TestKit.WebRtc;

namespace Byon.Tests.Bench.Api;

/// <summary>A device's requests to the API through one door; each fails the measurement when it is refused.</summary>
internal sealed class DeviceSession(HttpClient door, string number)
{
    /// <summary>Rings and never answers.</summary>
    private const string Silent = "+34999000003";

    private const string Registrations = "/webrtc-registration/v0.4/sessions";
    private const string Calls = "/webrtc-call-handling/v0.4/sessions";
    private const string Subscriptions = "/webrtc-events/v0.3/subscriptions";

    private static readonly string Offer = MakeOffer();

    private readonly string _deviceId = Guid.NewGuid().ToString("D");
    private string _registrationId = "";
    private string _callId = "";
    private string _channelId = "";
    private string _subscriptionId = "";

    /// <summary>WebSocket address of the channel.</summary>
    public Uri ChannelUrl { get; private set; } = new("ws://127.0.0.1");

    public async Task RegisterAsync() =>
        _registrationId = Text(await SendAsync(HttpMethod.Post, Registrations, new() { ["deviceId"] = _deviceId }), "registrationId");

    public Task ReadRegistrationAsync() => SendAsync(HttpMethod.Get, $"{Registrations}/{_registrationId}");

    public Task ListRegistrationsAsync() => SendAsync(HttpMethod.Get, $"{Registrations}?deviceId={_deviceId}");

    public Task RefreshAsync() => SendAsync(HttpMethod.Put, $"{Registrations}/{_registrationId}", []);

    public Task UnregisterAsync() => SendAsync(HttpMethod.Delete, $"{Registrations}/{_registrationId}");

    public async Task OpenChannelAsync()
    {
        var channel = await SendAsync(HttpMethod.Post, $"/notificationchannel/v1/{_deviceId}/channels", new() { ["channelType"] = "WebSockets" });
        _channelId = Text(channel, "channelId");
        ChannelUrl = new Uri(channel.GetProperty("channelData").GetProperty("channelURL").GetString()!);
    }

    public Task ReplayAsync() => SendAsync(HttpMethod.Get, $"/notificationchannel/v1/{_deviceId}/channels/{_channelId}/events?after=0");

    public Task CloseChannelAsync() => SendAsync(HttpMethod.Delete, $"/notificationchannel/v1/{_deviceId}/channels/{_channelId}");

    public Task SubscribeAsync() => SubscribeAsync(new Uri("https://sink.example/hook"));

    public async Task SubscribeAsync(Uri sink) => _subscriptionId = Text(
        await SendAsync(HttpMethod.Post, Subscriptions, new()
        {
            ["protocol"] = "HTTP",
            ["sink"] = sink.AbsoluteUri,
            ["types"] = new JsonArray("org.camaraproject.webrtc-events.v0.session-status"),
            ["config"] = new JsonObject { ["subscriptionDetail"] = new JsonObject { ["deviceId"] = _deviceId } },
        }),
        "id");

    public Task ReadSubscriptionAsync() => SendAsync(HttpMethod.Get, $"{Subscriptions}/{_subscriptionId}");

    public Task UnsubscribeAsync() => SendAsync(HttpMethod.Delete, $"{Subscriptions}/{_subscriptionId}");

    public async Task CallAsync() => _callId = Text(
        await SendAsync(HttpMethod.Post, Calls, new()
        {
            ["originatorAddress"] = $"tel:{number}",
            ["receiverAddress"] = $"tel:{Silent}",
            ["offer"] = new JsonObject { ["sdp"] = Offer },
        }),
        "mediaSessionId");

    public Task ReadCallAsync() => SendAsync(HttpMethod.Get, $"{Calls}/{_callId}");

    public Task EndCallAsync() => SendAsync(HttpMethod.Delete, $"{Calls}/{_callId}");

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, JsonObject? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (path == Calls)
            request.Headers.Add("registrationId", _registrationId);
        using var response = await door.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return !response.IsSuccessStatusCode ? throw new InvalidOperationException($"{method} {path}: {(int)response.StatusCode} {text}")
            : text.Length == 0 ? default
            : JsonSerializer.Deserialize<JsonElement>(text);
    }

    private static string Text(JsonElement body, string name) => body.GetProperty(name).GetString()!;

    private static string MakeOffer()
    {
        var certificate = DtlsCertificate.Create(DateTimeOffset.UtcNow);
        var client = new RtcClient(new EntropySource(new byte[32]), new DtlsEndpointFactory(certificate), certificate.Fingerprint);
        return client.Describe("actpass", "sendrecv", "8 PCMA/8000", "126 telephone-event/8000");
    }
}

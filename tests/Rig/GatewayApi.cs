using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Byon.Tests.TestKit.OpenApi;

namespace Byon.Tests.Rig;

/// <summary>What the REST API answered: a body of the resource or of an ErrorInfo.</summary>
public sealed record ApiAnswer(HttpStatusCode Status, JsonElement Body, TimeSpan? RetryAfter)
{
    public string? Code => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("code", out var code) ? code.GetString() : null;

    public string Text(string name) => Body.GetProperty(name).GetString()!;

    public DateTimeOffset Time(string name) => Body.GetProperty(name).GetDateTimeOffset();
}

/// <summary>The public REST API as an application uses it, for what the page has no control for. Every answer is held against its document.</summary>
public sealed class GatewayApi : IDisposable
{
    private const string Registrations = "/webrtc-registration/v0.4/sessions";
    private const string Sessions = "/webrtc-call-handling/v0.4/sessions";

    private readonly HttpClient _http;

    public GatewayApi(Uri address, string token)
    {
        _http = new HttpClient(new DocumentedAnswersHandler(new SocketsHttpHandler(), hostMayAnswer: true)) { BaseAddress = address };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public Task<ApiAnswer> RegisterAsync(string deviceId, DateTimeOffset? until = null) =>
        SendAsync(HttpMethod.Post, Registrations, until is null ? new { deviceId } : new { deviceId, registrationExpireTime = until });

    public Task<ApiAnswer> RefreshAsync(string registrationId) => SendAsync(HttpMethod.Put, $"{Registrations}/{registrationId}", new { });

    public Task<ApiAnswer> RegistrationAsync(string registrationId) => SendAsync(HttpMethod.Get, $"{Registrations}/{registrationId}");

    public Task<ApiAnswer> RegistrationsOfAsync(string deviceId) => SendAsync(HttpMethod.Get, $"{Registrations}?deviceId={deviceId}");

    public Task<ApiAnswer> UnregisterAsync(string registrationId) => SendAsync(HttpMethod.Delete, $"{Registrations}/{registrationId}");

    public Task<ApiAnswer> CallAsync(string registrationId, object session) => SendAsync(HttpMethod.Post, Sessions, session, registrationId);

    public Task<ApiAnswer> SetStatusAsync(string mediaSessionId, object change) => SendAsync(HttpMethod.Put, $"{Sessions}/{mediaSessionId}/status", change);

    public Task<ApiAnswer> PressKeysAsync(string mediaSessionId, string keys) =>
        SendAsync(HttpMethod.Post, $"/call-keys/v1/sessions/{mediaSessionId}/keys", new { keys });

    public Task<ApiAnswer> HangUpAsync(string mediaSessionId) => SendAsync(HttpMethod.Delete, $"{Sessions}/{mediaSessionId}");

    public Task<ApiAnswer> SessionAsync(string mediaSessionId) => SendAsync(HttpMethod.Get, $"{Sessions}/{mediaSessionId}");

    public Task<ApiAnswer> OpenChannelAsync(string deviceId) => SendAsync(
        HttpMethod.Post, $"/notificationchannel/v1/{deviceId}/channels", new { channelType = "WebSockets", channelData = new { } });

    /// <param name="registrationToken">As the device's push service gave it.</param>
    public Task<ApiAnswer> OpenPushChannelAsync(string deviceId, string registrationToken) => SendAsync(
        HttpMethod.Post, $"/notificationchannel/v1/{deviceId}/channels", new { channelType = "PNSChannel", channelData = new { registrationToken } });

    public Task<ApiAnswer> ChannelAsync(string deviceId, string channelId) =>
        SendAsync(HttpMethod.Get, $"/notificationchannel/v1/{deviceId}/channels/{channelId}");

    public Task<ApiAnswer> ChannelEventsAsync(string deviceId, string channelId, long after) =>
        SendAsync(HttpMethod.Get, $"/notificationchannel/v1/{deviceId}/channels/{channelId}/events?after={after}&limit=100");

    public void Dispose() => _http.Dispose();

    private async Task<ApiAnswer> SendAsync(HttpMethod method, string path, object? body = null, string? registrationId = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (registrationId is not null)
            request.Headers.Add("registrationId", registrationId);
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var json = text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
        return new ApiAnswer(response.StatusCode, json, response.Headers.RetryAfter?.Delta);
    }
}

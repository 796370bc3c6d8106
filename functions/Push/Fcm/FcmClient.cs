using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Push.Fcm;

/// <summary>Sends through Firebase Cloud Messaging, HTTP v1: data only (the app decides what to show), with high priority.</summary>
internal sealed class FcmClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _lifetime;
    private readonly Uri? _send;
    private readonly FcmAccessTokens? _tokens;

    public FcmClient(HttpClient http, TimeProvider clock, IOptions<PushOptions> options)
    {
        _http = http;
        _clock = clock;
        _lifetime = options.Value.Lifetime;
        var fcm = options.Value.Fcm;
        if (fcm.IsConfigured && ServiceAccount.TryRead(fcm.ServiceAccount, out _) is { } account)
        {
            _send = new Uri(new Uri(fcm.Endpoint), $"/v1/projects/{Uri.EscapeDataString(account.ProjectId)}/messages:send");
            _tokens = new FcmAccessTokens(account, http, clock);
        }
    }

    public void Dispose() => _tokens?.Dispose();

    public async Task<PushResult> SendAsync(string registrationToken, WakeUp wakeUp, CancellationToken cancel)
    {
        if (_tokens is null)
        {
            return new PushResult(PushOutcome.Refused, "FCM is not configured");
        }

        var (result, token) = await TryAsync(registrationToken, wakeUp, cancel);
        if (result is { Outcome: PushOutcome.Refused, Cause: "FCM 401" } && token is not null)
        {
            await _tokens.ForgetAsync(token, cancel);
            (result, _) = await TryAsync(registrationToken, wakeUp, cancel);
        }

        return result;
    }

    private async Task<(PushResult Result, string? Token)> TryAsync(string registrationToken, WakeUp wakeUp, CancellationToken cancel)
    {
        var (token, failure) = await _tokens!.GetAsync(cancel);
        if (token is null)
        {
            return (failure, null);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, _send) { Content = new ByteArrayContent(Body(registrationToken, wakeUp)) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var (response, unanswered) = await _http.SendPushAsync(request, "FCM", cancel);
        using (response)
        {
            return (response is null ? unanswered : await ResultOfAsync(response, cancel), token);
        }
    }

    private async Task<PushResult> ResultOfAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        if (response.IsSuccessStatusCode)
        {
            return new PushResult(PushOutcome.Delivered, "FCM 200");
        }

        var code = ErrorCodeOf(await response.Content.ReadAsByteArrayAsync(cancel));
        var cause = $"FCM {(int)response.StatusCode} {code}".TrimEnd();
        return response.StatusCode switch
        {
            // Only so: a 404 without that code is about the project, and must not end every channel there is.
            HttpStatusCode.NotFound when code == "UNREGISTERED" => new PushResult(PushOutcome.Gone, cause),
            HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError =>
                PushResult.Busy(cause, response.Headers.RetryAfter, _clock.GetUtcNow()),
            // The token is of another project: it will never be ours to send to.
            HttpStatusCode.Forbidden when code == "SENDER_ID_MISMATCH" => new PushResult(PushOutcome.Gone, cause),
            HttpStatusCode.Unauthorized => new PushResult(PushOutcome.Refused, "FCM 401"),
            _ => new PushResult(PushOutcome.Refused, cause),
        };
    }

    private byte[] Body(string registrationToken, WakeUp wakeUp)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("message");
            json.WriteString("token", registrationToken);
            json.WriteStartObject("data");
            wakeUp.WriteMembers(json);
            json.WriteEndObject();
            json.WriteStartObject("android");
            json.WriteString("priority", "HIGH");
            json.WriteString("ttl", string.Create(CultureInfo.InvariantCulture, $"{(int)_lifetime.TotalSeconds}s"));
            json.WriteString("collapse_key", wakeUp.CallId);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>FcmError.errorCode of the details where there is one, else the general status.</summary>
    private static string? ErrorCodeOf(byte[] answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            var error = json.RootElement.GetProperty("error");
            if (error.TryGetProperty("details", out var details) && details.ValueKind == JsonValueKind.Array)
            {
                foreach (var detail in details.EnumerateArray())
                {
                    if (detail.TryGetProperty("errorCode", out var code))
                    {
                        return Known(code.GetString());
                    }
                }
            }

            return error.TryGetProperty("status", out var status) ? Known(status.GetString()) : null;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    /// <summary>A code that can stand in a log: upper case and underscores.</summary>
    private static string? Known(string? code) => code is { Length: <= 64 } && code.All(c => char.IsAsciiLetterUpper(c) || c == '_') ? code : null;
}

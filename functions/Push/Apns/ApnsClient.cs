using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Push.Apns;

/// <summary>Sends VoIP pushes through Apple's push service: HTTP/2, with token authentication.</summary>
internal sealed class ApnsClient(HttpClient http, TimeProvider clock, IOptions<PushOptions> options)
{
    private readonly ApnsOptions _options = options.Value.Apns;
    private readonly TimeSpan _lifetime = options.Value.Lifetime;
    private readonly ApnsProviderToken? _token = options.Value.Apns.IsConfigured ? new ApnsProviderToken(options.Value.Apns, clock) : null;

    /// <param name="deviceToken">Hexadecimal.</param>
    public async Task<PushResult> SendAsync(string deviceToken, WakeUp wakeUp, CancellationToken cancel)
    {
        if (_token is null)
        {
            return new PushResult(PushOutcome.Refused, "APNs is not configured");
        }

        var result = await TryAsync(deviceToken, wakeUp, cancel);
        return result.Cause == "APNs 403 ExpiredProviderToken" && _token.TryRenew() ? await TryAsync(deviceToken, wakeUp, cancel) : result;
    }

    private async Task<PushResult> TryAsync(string deviceToken, WakeUp wakeUp, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(_options.Endpoint), "/3/device/" + deviceToken))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(Body(wakeUp)),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("bearer", _token!.Get());
        request.Headers.Add("apns-push-type", "voip");
        request.Headers.Add("apns-topic", _options.BundleId + ".voip");
        request.Headers.Add("apns-priority", "10");
        request.Headers.Add("apns-expiration", (clock.GetUtcNow() + _lifetime).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("apns-collapse-id", wakeUp.CallId);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var (response, failure) = await http.SendPushAsync(request, "APNs", cancel);
        using (response)
        {
            return response is null ? failure : await ResultOfAsync(response, cancel);
        }
    }

    private async Task<PushResult> ResultOfAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        if (response.IsSuccessStatusCode)
        {
            return new PushResult(PushOutcome.Delivered, "APNs 200");
        }

        var reason = ReasonOf(await response.Content.ReadAsByteArrayAsync(cancel));
        var cause = $"APNs {(int)response.StatusCode} {reason}".TrimEnd();
        return (response.StatusCode, reason) switch
        {
            (HttpStatusCode.Gone, _) or (HttpStatusCode.BadRequest, "BadDeviceToken" or "DeviceTokenNotForTopic") => new PushResult(PushOutcome.Gone, cause),
            (HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError, _) =>
                PushResult.Busy(cause, response.Headers.RetryAfter, clock.GetUtcNow()),
            _ => new PushResult(PushOutcome.Refused, cause),
        };
    }

    private static byte[] Body(WakeUp wakeUp)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("aps");
            json.WriteEndObject();
            wakeUp.WriteMembers(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>One of Apple's reason strings, which can stand in a log.</summary>
    private static string? ReasonOf(byte[] answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            return json.RootElement.GetProperty("reason").GetString() is { Length: <= 64 } reason && reason.All(char.IsAsciiLetter) ? reason : null;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }
}

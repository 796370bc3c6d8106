using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Push.WebPush;

/// <summary>Sends to browsers' push services (RFC 8030), as ourselves (RFC 8292), readable for the browser alone (RFC 8291).</summary>
/// <param name="http">A client behind the sink guard: the endpoint is an address that a client gave us.</param>
internal sealed class WebPushClient(HttpClient http, TimeProvider clock, IOptions<PushOptions> options)
{
    private readonly WebPushOptions _options = options.Value.WebPush;
    private readonly TimeSpan _lifetime = options.Value.Lifetime;
    private readonly VapidKey? _key = VapidKey.TryRead(options.Value.WebPush.PublicKey, options.Value.WebPush.PrivateKey);

    public async Task<PushResult> SendAsync(WebPushSubscription subscription, WakeUp wakeUp, CancellationToken cancel)
    {
        if (_key is not { } key)
        {
            return new PushResult(PushOutcome.Refused, "Web Push is not configured");
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, subscription.Endpoint)
        {
            Content = new ByteArrayContent(PayloadEncryption.Encrypt(Body(wakeUp), subscription)),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("vapid", key.Authorize(subscription.Endpoint, _options.Subject, clock.GetUtcNow()));
        request.Headers.Add("TTL", ((int)_lifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Urgency", "high");
        request.Headers.Add("Topic", TopicOf(wakeUp.CallId));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        request.Content.Headers.ContentEncoding.Add("aes128gcm");
        var (response, failure) = await http.SendPushAsync(request, "Web Push", cancel);
        using (response)
        {
            return response is null ? failure : ResultOf(response);
        }
    }

    private PushResult ResultOf(HttpResponseMessage response)
    {
        var cause = $"Web Push {(int)response.StatusCode}";
        return response.StatusCode switch
        {
            HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.Accepted => new PushResult(PushOutcome.Delivered, cause),
            HttpStatusCode.NotFound or HttpStatusCode.Gone => new PushResult(PushOutcome.Gone, cause),
            HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError =>
                PushResult.Busy(cause, response.Headers.RetryAfter, clock.GetUtcNow()),
            _ => new PushResult(PushOutcome.Refused, cause),
        };
    }

    /// <summary>A later push of the same call takes the place of one that still waits (RFC 8030 §5.4: at most 32 of base64url).</summary>
    private static string TopicOf(string callId) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(callId)).AsSpan(0, 24));

    private static ReadOnlySpan<byte> Body(WakeUp wakeUp)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            wakeUp.WriteMembers(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan;
    }
}

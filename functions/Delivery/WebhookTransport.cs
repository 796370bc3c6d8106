using System.Net;
using System.Net.Http.Headers;
using Byon.Functions.Security.Sinks;
using Byon.Platform.Events;
using Byon.Platform.Records;

namespace Byon.Functions.Delivery;

/// <summary>CloudEvents over HTTP POST in structured mode, to sinks that clients named.</summary>
/// <param name="http">Made by <see cref="SinkGuard"/>: it refuses what no client may have us call.</param>
internal sealed class WebhookTransport(HttpClient http, TimeProvider clock) : IDeliveryTransport
{
    private static readonly MediaTypeHeaderValue CloudEvents = new(CloudEventWriter.ContentType) { CharSet = "utf-8" };

    public IReadOnlyCollection<ReaderKind> Kinds { get; } = [ReaderKind.Webhook];

    public async Task<DeliveryOutcome> SendAsync(ReaderRecord reader, OutgoingEvent outgoing, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, reader.Target) { Content = new ReadOnlyMemoryContent(outgoing.CloudEvent) };
        request.Content.Headers.ContentType = CloudEvents;
        request.Headers.Add("x-correlator", outgoing.EventId);
        if (reader.Credential is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            return OutcomeOf(response.StatusCode, RetryAfterOf(response.Headers.RetryAfter));
        }
        catch (HttpRequestException refused) when (refused.InnerException is SinkRefusedException)
        {
            return new DeliveryOutcome(DeliveryVerdict.Refused, "address refused");
        }
        catch (HttpRequestException failed)
        {
            return new DeliveryOutcome(DeliveryVerdict.Later, failed.HttpRequestError.ToString());
        }
        catch (OperationCanceledException)
        {
            return new DeliveryOutcome(DeliveryVerdict.Later, "timeout");
        }
    }

    /// <summary>Redirects are not followed, so a 3xx is a refusal like any other status that is no success.</summary>
    internal static DeliveryOutcome OutcomeOf(HttpStatusCode status, TimeSpan? retryAfter)
    {
        var verdict = (int)status switch
        {
            >= 200 and < 300 => DeliveryVerdict.Delivered,
            410 => DeliveryVerdict.Gone,
            408 or 425 or 429 or >= 500 => DeliveryVerdict.Later,
            _ => DeliveryVerdict.Refused,
        };
        return new DeliveryOutcome(verdict, $"status {(int)status}", verdict == DeliveryVerdict.Later ? retryAfter : null);
    }

    private TimeSpan? RetryAfterOf(RetryConditionHeaderValue? header)
    {
        var asked = header?.Delta ?? (header?.Date - clock.GetUtcNow());
        return asked > TimeSpan.Zero ? asked : null;
    }
}

using System.Net;

namespace Byon.Local.FunctionsHost;

/// <summary>
/// Passes a request on and the answer back, streaming both ways: path, query, repeated headers and bodies unchanged, no
/// redirects followed, no cookies kept. Given up when nothing moves for 240 s, as in the Functions host.
/// </summary>
internal sealed class HttpForwarder : IDisposable
{
    private static readonly TimeSpan ActivityLimit = TimeSpan.FromSeconds(240);

    /// <summary>RFC 9110 §7.6.1: they belong to one connection.</summary>
    private static readonly HashSet<string> HopByHop = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    };

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = TimeSpan.FromSeconds(5),
    });

    public void Dispose() => _http.Dispose();

    /// <summary>502 where the destination cannot be reached, 504 where it goes silent.</summary>
    public async Task ForwardAsync(HttpContext context, Uri destination)
    {
        using var activity = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        activity.CancelAfter(ActivityLimit);
        using var request = RequestOf(context, destination, activity);
        try
        {
            using var answer = await _http.SendAsync(request, activity.Token);
            CopyHead(answer, context.Response);
            await using var body = await answer.Content.ReadAsStreamAsync(activity.Token);
            await PumpAsync(body, context.Response.Body, activity);
        }
        catch (HttpRequestException)
        {
            Fail(context, StatusCodes.Status502BadGateway);
        }
        catch (IOException)
        {
            Fail(context, StatusCodes.Status502BadGateway);
        }
        catch (OperationCanceledException)
        {
            Fail(context, StatusCodes.Status504GatewayTimeout);
        }
    }

    private static HttpRequestMessage RequestOf(HttpContext context, Uri destination, CancellationTokenSource activity)
    {
        var source = context.Request;
        var request = new HttpRequestMessage(HttpMethod.Parse(source.Method), new Uri(destination, $"{source.PathBase}{source.Path}{source.QueryString}"))
        {
            Version = HttpVersion.Version11,
        };
        var hasBody = source.ContentLength > 0 || source.Headers.TransferEncoding.Count > 0;
        if (hasBody)
        {
            request.Content = new StreamedContent(source.Body, source.ContentLength, activity);
        }

        foreach (var (name, values) in source.Headers.Where(header => !HopByHop.Contains(header.Key) && header.Key != "Host"))
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray()))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        request.Headers.TryAddWithoutValidation("x-ms-invocation-id", Guid.NewGuid().ToString("D"));
        return request;
    }

    private static void CopyHead(HttpResponseMessage answer, HttpResponse response)
    {
        response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated))
        {
            if (!HopByHop.Contains(name))
            {
                response.Headers[name] = values.ToArray();
            }
        }
    }

    private static async Task PumpAsync(Stream from, Stream to, CancellationTokenSource activity)
    {
        var buffer = new byte[16 * 1024];
        int length;
        while ((length = await from.ReadAsync(buffer, activity.Token)) > 0)
        {
            activity.CancelAfter(ActivityLimit);
            await to.WriteAsync(buffer.AsMemory(0, length), activity.Token);
            await to.FlushAsync(activity.Token);
        }
    }

    /// <summary>An answer that has begun cannot be taken back: cutting it off is how the client learns.</summary>
    private static void Fail(HttpContext context, int status)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.StatusCode = status;
    }

    private sealed class StreamedContent(Stream source, long? length, CancellationTokenSource activity) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            // The head goes out at once, like every part after it: the executable need not wait for the end.
            await stream.FlushAsync(activity.Token);
            await PumpAsync(source, stream, activity);
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = length ?? 0;
            return length is not null;
        }
    }
}

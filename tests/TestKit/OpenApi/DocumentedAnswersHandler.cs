using System.Net;

namespace Byon.Tests.TestKit.OpenApi;

/// <summary>Sends requests on and throws for an answer that is not as documented.</summary>
/// <param name="hostMayAnswer">A Functions host stands before the API: what it answers itself has no correlator and is let through.</param>
public sealed class DocumentedAnswersHandler(HttpMessageHandler inner, bool hostMayAnswer = false) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var hasCorrelator = response.Headers.Contains("x-correlator");
        if (!hasCorrelator && hostMayAnswer && response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Created))
            return response;

        var documents = await DocumentedAnswers.OfAsync(request.RequestUri!);
        await response.Content.LoadIntoBufferAsync(cancellationToken);
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        var fault = documents.FaultOf(
            request.Method, request.RequestUri!.AbsolutePath, (int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, body, hasCorrelator);
        return fault is null ? response : throw new UndocumentedAnswerException(fault);
    }
}

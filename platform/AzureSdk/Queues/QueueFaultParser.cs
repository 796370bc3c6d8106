using Azure.Core;

namespace Azure.Storage.Queues;

/// <summary>The queue service names its errors in a header; the body says the same in XML.</summary>
internal sealed class QueueFaultParser : RequestFailedDetailsParser
{
    public override bool TryParse(Response response, out ResponseError? error, out IDictionary<string, string>? data)
    {
        data = null;
        error = response.Headers.TryGetValue("x-ms-error-code", out var code) ? new ResponseError(code, response.ReasonPhrase) : null;
        return error is not null;
    }
}

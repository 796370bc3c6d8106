using System.Globalization;

namespace Byon.Functions;

/// <summary>A failure as the API tells it: the CAMARA ErrorInfo body and its HTTP status. Rows are made in <see cref="Problems"/> only.</summary>
/// <param name="RetryAfter">When a later try may succeed; becomes the Retry-After header.</param>
/// <param name="Challenge">The WWW-Authenticate header (RFC 6750) of a 401 or 403.</param>
internal sealed record Problem(int Status, string Code, string Message, TimeSpan? RetryAfter = null, string? Challenge = null) : IResult
{
    /// <summary>ErrorInfo.message of the API definition.</summary>
    private const int MaximumMessageLength = 512;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        if (RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        if (Challenge is not null)
        {
            response.Headers.WWWAuthenticate = Challenge;
        }

        var message = Message.Length <= MaximumMessageLength ? Message : Message[..MaximumMessageLength];
        var body = new ErrorInfo(Status, Code, message);
        await TypedResults.Json(body, Bodies.Json.ErrorInfo, statusCode: Status).ExecuteAsync(httpContext);
    }
}

/// <summary>ErrorInfo of the CAMARA common definitions; all three members are required.</summary>
internal sealed record ErrorInfo(int Status, string Code, string Message);

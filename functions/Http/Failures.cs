using System.Net.Http.Headers;
using Azure;

namespace Byon.Functions.Http;

/// <summary>Gives every failure an ErrorInfo body: routing's empty 404 and 405, exceptions, a client that wants no JSON.</summary>
internal sealed partial class Failures(ILogger<Failures> log)
{
    public async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        if (await TryAsync(context, next) is { } problem && !context.Response.HasStarted)
        {
            context.Response.Clear();
            await problem.ExecuteAsync(context);
        }
    }

    private async Task<Problem?> TryAsync(HttpContext context, RequestDelegate next)
    {
        if (!AllowsJson(context.Request))
        {
            return Problems.NotAcceptable();
        }

        try
        {
            await next(context);
            return OfEmptyAnswer(context.Response);
        }
        catch (BadHttpRequestException refused)
        {
            return OfRefusedRequest(refused);
        }
        catch (RequestFailedException failed)
        {
            StorageFailed(log, failed.Status, failed.ErrorCode);
            return Problems.Unavailable("Storage cannot be reached.");
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception bug)
        {
            Unhandled(log, bug.GetType().Name, bug.StackTrace);
            return Problems.Internal();
        }
    }

    private static Problem? OfEmptyAnswer(HttpResponse response) => response switch
    {
        { HasStarted: true } => null,
        { StatusCode: StatusCodes.Status404NotFound } => Problems.NotFound(),
        { StatusCode: StatusCodes.Status405MethodNotAllowed } => Problems.MethodNotAllowed(),
        _ => null,
    };

    private static Problem OfRefusedRequest(BadHttpRequestException refused) => refused.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => Problems.PayloadTooLarge(),
        StatusCodes.Status408RequestTimeout => Problems.RequestTimeout(),
        _ => Problems.InvalidArgument("The request is not well-formed HTTP."),
    };

    /// <summary>True unless the client lists what it accepts and leaves JSON out (RFC 9110 §12.5.1); an unreadable list is ignored.</summary>
    private static bool AllowsJson(HttpRequest request)
    {
        var accept = request.Headers.Accept.ToString();
        if (accept.Length == 0)
        {
            return true;
        }

        var ranges = accept.Split(',').Select(range => MediaTypeWithQualityHeaderValue.TryParse(range.Trim(), out var type) ? type : null).ToList();
        return ranges.Any(range => range is null)
            || ranges.Any(range => range is { Quality: not 0.0 } && range.MediaType is "*/*" or "application/*" or "application/json");
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Storage failed with status {Status}, code {Code}")]
    private static partial void StorageFailed(ILogger log, int status, string? code);

    /// <summary>Type and place only: an exception's message may quote what a client sent.</summary>
    [LoggerMessage(Level = LogLevel.Error, Message = "Unhandled {Exception} at {Place}")]
    private static partial void Unhandled(ILogger log, string exception, string? place);
}

using Azure;

namespace Byon.Functions.Http;

/// <summary>Gives every failure an ErrorInfo body: routing's empty 404 and 405, and exceptions.</summary>
internal sealed partial class Failures(ILogger<Failures> log)
{
    public async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        if (await TryAsync(context, next) is not { } problem)
        {
            return;
        }

        if (context.Response.HasStarted)
        {
            // Cutting the connection is the only way left to say that the answer is not whole.
            context.Abort();
            return;
        }

        await problem.ExecuteAsync(context);
    }

    private async Task<Problem?> TryAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
            return OfEmptyAnswer(context.Response);
        }
        catch (BadHttpRequestException refused)
        {
            return OfRefusedRequest(refused);
        }
        catch (Exception exception) when (StorageFailureIn(exception) is { } failed)
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

    /// <summary>Azure.Core throws the failures of all tries together, where there were several.</summary>
    private static RequestFailedException? StorageFailureIn(Exception exception) =>
        exception is AggregateException { InnerExceptions: [.., var last] } ? last as RequestFailedException : exception as RequestFailedException;

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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Storage failed with status {Status}, code {Code}")]
    private static partial void StorageFailed(ILogger log, int status, string? code);

    /// <summary>Type and place only: an exception's message may quote what a client sent.</summary>
    [LoggerMessage(Level = LogLevel.Error, Message = "Unhandled {Exception} at {Place}")]
    private static partial void Unhandled(ILogger log, string exception, string? place);
}

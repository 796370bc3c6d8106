namespace Byon.Functions.Push;

/// <summary>Sending to a push service, where no answer is an answer as well.</summary>
internal static class PushRequest
{
    /// <summary>The response, or why there is none.</summary>
    public static async Task<(HttpResponseMessage? Response, PushResult Failure)> SendPushAsync(
        this HttpClient http, HttpRequestMessage request, string service, CancellationToken cancel)
    {
        try
        {
            return (await http.SendAsync(request, cancel), default);
        }
        catch (HttpRequestException failed)
        {
            return (null, PushResult.Unreachable($"{service} {failed.HttpRequestError}"));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return (null, PushResult.Unreachable($"{service} gave no answer in time"));
        }
    }
}

using Byon.Tests.TestKit.OpenApi;
using Microsoft.Playwright;

namespace Byon.Tests.Rig;

/// <summary>Holds what the API answers a page against the API's documents. What other servers answer has no correlator.</summary>
internal sealed class PageAnswers
{
    private readonly Lock _gate = new();
    private readonly List<Task<string?>> _judged = [];

    public void Judge(IResponse response)
    {
        if (response.Request.ResourceType is not ("fetch" or "xhr") || response.Request.Method == "OPTIONS" || !response.Headers.ContainsKey("x-correlator"))
            return;
        lock (_gate)
            _judged.Add(FaultOfAsync(response));
    }

    public async Task<IReadOnlyList<string>> FaultsAsync()
    {
        Task<string?>[] judged;
        lock (_gate)
            judged = [.. _judged];
        return [.. (await Task.WhenAll(judged)).OfType<string>()];
    }

    private static async Task<string?> FaultOfAsync(IResponse response)
    {
        var address = new Uri(response.Url);
        try
        {
            var body = response.Status == 204 ? "" : await response.TextAsync();
            var documents = await DocumentedAnswers.OfAsync(address);
            var mediaType = response.Headers.GetValueOrDefault("content-type")?.Split(';')[0];
            return documents.FaultOf(new HttpMethod(response.Request.Method), address.AbsolutePath, response.Status, mediaType, body, hasCorrelator: true);
        }
        catch (PlaywrightException)
        {
            // The page went on before the body could be read.
            return null;
        }
        catch (HttpRequestException)
        {
            // The test has stopped the API.
            return null;
        }
    }
}

using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Byon.Local.FunctionsHost;

/// <summary>Calls functions that have no HTTP trigger: POST /FUNCTION with the host's envelope.</summary>
internal sealed class EnvelopeInvoker(CustomHandlerProcess handler, Action<LogLevel, string> log) : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(5) };

    /// <summary>One invocation; true where the function answered 200 with a JSON object, as the host requires.</summary>
    public async Task<bool> InvokeAsync(string function, JsonObject data, JsonObject metadata, CancellationToken cancel)
    {
        metadata["sys"] = new JsonObject
        {
            ["MethodName"] = function,
            ["UtcNow"] = Text(DateTimeOffset.UtcNow),
            ["RandGuid"] = Guid.NewGuid().ToString("D"),
        };
        var envelope = new JsonObject { ["Data"] = data, ["Metadata"] = metadata };
        try
        {
            var target = new Uri(await handler.ReadyAsync(cancel), $"/{function}");
            using var body = new StringContent(envelope.ToJsonString(), Encoding.UTF8, "application/json");
            using var answer = await _http.PostAsync(target, body, cancel);
            var succeeded = answer.StatusCode == HttpStatusCode.OK && JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancel)) is JsonObject;
            if (!succeeded)
            {
                log(LogLevel.Error, $"The function {function} failed with status {(int)answer.StatusCode}.");
            }

            return succeeded;
        }
        catch (Exception failed) when (failed is HttpRequestException or JsonException or InvalidOperationException)
        {
            log(LogLevel.Error, $"The function {function} failed: {failed.Message}");
            return false;
        }
    }

    public static string? Text(DateTimeOffset? time) => time?.ToString("O", CultureInfo.InvariantCulture);

    public void Dispose() => _http.Dispose();
}

using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Byon.Local.FunctionsHost;

/// <summary>Calls timer functions when they are due: POST /FUNCTION with the host's envelope.</summary>
internal sealed class TimerInvocations(CustomHandlerProcess handler, Action<LogLevel, string> log) : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(5) };

    /// <summary>Runs one function's schedule until cancelled.</summary>
    public async Task RunAsync(TimerFunction function, CancellationToken cancel)
    {
        DateTimeOffset? last = null;
        if (function.RunOnStartup)
        {
            last = DateTimeOffset.UtcNow;
            await InvokeAsync(function, null, cancel);
        }

        while (function.Schedule.Next(DateTimeOffset.UtcNow) is { } next)
        {
            // Timers of the runtime may not be set for longer than 49 days.
            for (var wait = next - DateTimeOffset.UtcNow; wait > TimeSpan.Zero; wait = next - DateTimeOffset.UtcNow)
            {
                await Task.Delay(wait < TimeSpan.FromDays(1) ? wait : TimeSpan.FromDays(1), cancel);
            }

            await InvokeAsync(function, last, cancel);
            last = next;
        }
    }

    /// <summary>One invocation; true where the function answered 200 with a JSON object, as the host requires.</summary>
    public async Task<bool> InvokeAsync(TimerFunction function, DateTimeOffset? last, CancellationToken cancel)
    {
        try
        {
            var target = new Uri(await handler.ReadyAsync(cancel), $"/{function.Name}");
            using var body = new StringContent(EnvelopeFor(function, last, DateTimeOffset.UtcNow).ToJsonString(), Encoding.UTF8, "application/json");
            using var answer = await _http.PostAsync(target, body, cancel);
            var succeeded = answer.StatusCode == HttpStatusCode.OK && JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancel)) is JsonObject;
            if (!succeeded)
            {
                log(LogLevel.Error, $"The function {function.Name} failed with status {(int)answer.StatusCode}.");
            }

            return succeeded;
        }
        catch (Exception failed) when (failed is HttpRequestException or JsonException or InvalidOperationException)
        {
            log(LogLevel.Error, $"The function {function.Name} failed: {failed.Message}");
            return false;
        }
    }

    public void Dispose() => _http.Dispose();

    private static JsonObject EnvelopeFor(TimerFunction function, DateTimeOffset? last, DateTimeOffset now) => new()
    {
        ["Data"] = new JsonObject
        {
            [function.Binding] = new JsonObject
            {
                ["Schedule"] = new JsonObject { ["AdjustForDST"] = true },
                ["ScheduleStatus"] = new JsonObject { ["Last"] = Text(last), ["Next"] = Text(function.Schedule.Next(now)), ["LastUpdated"] = Text(last) },
                ["IsPastDue"] = false,
            },
        },
        ["Metadata"] = new JsonObject
        {
            ["sys"] = new JsonObject { ["MethodName"] = function.Name, ["UtcNow"] = Text(now), ["RandGuid"] = Guid.NewGuid().ToString("D") },
        },
    };

    private static string? Text(DateTimeOffset? time) => time?.ToString("O", CultureInfo.InvariantCulture);
}

using System.Text.Json.Nodes;

namespace Byon.Local.FunctionsHost;

/// <summary>Calls timer functions when they are due.</summary>
internal sealed class TimerInvocations(EnvelopeInvoker invoker)
{
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

    public Task<bool> InvokeAsync(TimerFunction function, DateTimeOffset? last, CancellationToken cancel)
    {
        var timer = new JsonObject
        {
            ["Schedule"] = new JsonObject { ["AdjustForDST"] = true },
            ["ScheduleStatus"] = new JsonObject
            {
                ["Last"] = EnvelopeInvoker.Text(last),
                ["Next"] = EnvelopeInvoker.Text(function.Schedule.Next(DateTimeOffset.UtcNow)),
                ["LastUpdated"] = EnvelopeInvoker.Text(last),
            },
            ["IsPastDue"] = false,
        };
        return invoker.InvokeAsync(function.Name, new JsonObject { [function.Binding] = timer }, [], cancel);
    }
}

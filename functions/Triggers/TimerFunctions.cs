using Azure;
using Byon.Functions.Timers;

namespace Byon.Functions.Triggers;

/// <summary>The functions of timers. Several instances may run at once: every part does its thing once all the same.</summary>
internal sealed class TimerFunctions(
    ReaderSweep readers, RegistrationSweep registrations, ChannelSweep channels, CallSweep calls, LogTrim trim, CorrelatorTrim correlators, ILogger<TimerFunctions> log)
{
    public const string Sweep = "sweep";
    public const string Trim = "trim";
    public const string Binding = "timer";

    /// <summary>Every minute. A part that fails keeps no other from its work; the next sweep tries again.</summary>
    public async Task<bool> SweepAsync(TriggerEnvelope envelope, CancellationToken cancel)
    {
        var done = await TryAsync(nameof(readers), readers.RunAsync, cancel);
        done &= await TryAsync(nameof(registrations), registrations.RunAsync, cancel);
        done &= await TryAsync(nameof(channels), channels.RunAsync, cancel);
        return done & await TryAsync(nameof(calls), calls.RunAsync, cancel);
    }

    /// <summary>Every hour.</summary>
    public async Task<bool> TrimAsync(TriggerEnvelope envelope, CancellationToken cancel)
    {
        var done = await TryAsync("the event logs", trim.RunAsync, cancel);
        return done & await TryAsync(nameof(correlators), correlators.RunAsync, cancel);
    }

    private async Task<bool> TryAsync(string what, Func<CancellationToken, Task> sweep, CancellationToken cancel)
    {
        try
        {
            await sweep(cancel);
            return true;
        }
        catch (RequestFailedException failed)
        {
            log.SweepFailed(what, failed.Status, failed.ErrorCode);
            return false;
        }
    }
}

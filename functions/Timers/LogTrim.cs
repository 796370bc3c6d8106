using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Timers;

/// <summary>Takes events from the logs that are old and that every reader has passed.</summary>
internal sealed class LogTrim(ReaderStore readers, EventLog log, TimeProvider clock, IOptions<TimerOptions> options, ILogger<LogTrim> logger)
{
    public async Task RunAsync(CancellationToken cancel)
    {
        var slowest = new Dictionary<DeviceKey, long>();
        await foreach (var (record, _) in readers.ListAllAsync(cancel))
        {
            if (record.State == ReaderState.Ended)
            {
                continue;
            }

            var device = new DeviceKey(record.PhoneNumber, record.DeviceId);
            slowest[device] = Math.Min(record.Progress.Cursor, slowest.GetValueOrDefault(device, long.MaxValue));
        }

        var trimmed = await log.TrimAsync(clock.GetUtcNow() - options.Value.Retention, slowest, cancel);
        if (trimmed > 0)
        {
            logger.Trimmed(trimmed);
        }
    }
}

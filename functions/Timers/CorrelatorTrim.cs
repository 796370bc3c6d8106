using Byon.Platform.Stores;

namespace Byon.Functions.Timers;

/// <summary>Forgets clients' marks of calls whose time is over.</summary>
internal sealed class CorrelatorTrim(CorrelatorStore store, TimeProvider clock, ILogger<CorrelatorTrim> logger)
{
    public async Task RunAsync(CancellationToken cancel)
    {
        var deleted = await store.DeleteExpiredAsync(clock.GetUtcNow(), cancel);
        if (deleted > 0)
        {
            logger.ClearedUp(deleted, "correlators");
        }
    }
}

using Byon.Platform.Stores;

namespace Byon.Functions.Timers;

/// <summary>Deletes calls that ended and whose node died before it could.</summary>
internal sealed class CallSweep(CallStore store, TimeProvider clock, ILogger<CallSweep> logger)
{
    /// <summary>The node is given as long again as the calls are kept.</summary>
    private static readonly TimeSpan Patience = CallStore.KeptAfterEnd + CallStore.KeptAfterEnd;

    public async Task RunAsync(CancellationToken cancel)
    {
        var left = await store.ListEndedAsync(clock.GetUtcNow() - Patience, cancel);
        foreach (var call in left)
        {
            await store.DeleteAsync(call.PhoneNumber, call.CallId, cancel);
        }

        if (left.Count > 0)
        {
            logger.ClearedUp(left.Count, "ended calls");
        }
    }
}

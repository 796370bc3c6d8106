using Byon.MediaNode.Journaling;
using Byon.MediaNode.Telemetry;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.MediaNode.Pool;

/// <summary>Reads the heartbeats of the other nodes, and cleans up after one that is dead.</summary>
public sealed class PoolWatch(NodeStore nodes, Takeover takeover, NodeOptions options, ILogger<PoolWatch> log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly SilentNodes _silent = new(options.Id);

    public async Task RunAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(cancel))
        {
            try
            {
                foreach (var dead in _silent.Find(await nodes.ListAsync(cancel), MonotonicClock.Now))
                {
                    if (dead.State == NodeState.Gone || await nodes.TryMarkGoneAsync(dead, cancel))
                        await takeover.CleanUpAfterAsync(dead.NodeId, cancel);
                }
            }
            catch (Exception fault) when (!cancel.IsCancellationRequested)
            {
                // Whatever it was: the watch goes on, and what is left undone is found again.
                _silent.Forget();
                log.PoolWatchFault(StorageFault.Describe(fault));
            }
        }
    }
}

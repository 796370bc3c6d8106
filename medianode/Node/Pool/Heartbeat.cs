using System.Net;
using Byon.MediaNode.Core;
using Byon.MediaNode.Journaling;
using Byon.MediaNode.Signalling;
using Byon.MediaNode.Telemetry;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.MediaNode.Pool;

/// <summary>The node's own row: that it lives, what it carries, whether it takes more.</summary>
public sealed class Heartbeat(
    NodeStore nodes, SignallingLoop loop, CallControl control, NodeOptions options, NodeMetrics metrics, TimeProvider wallClock,
    ILogger<Heartbeat> log)
{
    private readonly DateTimeOffset _startedAt = wallClock.GetUtcNow();
    private Instant _lastBeat = MonotonicClock.Now;

    /// <summary>The last row of a node that leaves in good order: its registrations may be taken over at once.</summary>
    public static bool IsFarewell(NodeRecord node) => node.State == NodeState.Draining && node.HeartbeatAt == DateTimeOffset.UnixEpoch;

    /// <summary>Writes the row. False: storage is away.</summary>
    public async Task<bool> BeatAsync(NodeState state, CancellationToken cancel)
    {
        try
        {
            if (MonotonicClock.Now - _lastBeat >= NodeRecord.FreshFor) await YieldIfGoneAsync(cancel);
            await WriteAsync(state, wallClock.GetUtcNow(), cancel);
            _lastBeat = MonotonicClock.Now;
            return true;
        }
        catch (Exception fault) when (StorageFault.IsAway(fault) && !cancel.IsCancellationRequested)
        {
            log.NodeTableAway(StorageFault.Describe(fault));
            return false;
        }
    }

    public Task FarewellAsync(CancellationToken cancel) => WriteAsync(NodeState.Draining, DateTimeOffset.UnixEpoch, cancel);

    /// <summary>
    /// A node that could not beat for so long may have been declared gone. Then another one has ended its calls and holds its
    /// registrations, and what is left here is a ghost.
    /// </summary>
    private async Task YieldIfGoneAsync(CancellationToken cancel)
    {
        var row = await nodes.GetAsync(options.Id, cancel);
        if (row is not null && row.State != NodeState.Gone) return;
        log.DeclaredGone(options.Id);
        await loop.AskAsync(now =>
        {
            control.Abandon(now);
            return true;
        });
    }

    private async Task WriteAsync(NodeState state, DateTimeOffset at, CancellationToken cancel)
    {
        var load = await loop.AskAsync(_ => control.Snapshot);
        metrics.Latest = load;
        await nodes.HeartbeatAsync(
            new NodeRecord(options.Id, options.ControlUrl.ToString(), state, load.Load, options.Capacity, _startedAt, at)
            {
                SipAddress = new IPEndPoint(options.SipAdvertised, options.SipListen.Port).ToString(),
                SipTlsAddress = options.Sip.Tls.Port > 0 ? new IPEndPoint(options.SipAdvertised, options.Sip.Tls.Port).ToString() : null,
            },
            cancel);
    }
}

using Azure.Data.Tables;
using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Io;
using Byon.MediaNode.Journaling;
using Byon.MediaNode.Signalling;
using Byon.MediaNode.Telemetry;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.MediaNode.Pool;

/// <summary>
/// From start to SIGTERM: sockets and loop first, then the tables, the clean-up after a former life, and Ready; at the end no
/// new work, a while for calls to finish, and everything handed back.
/// </summary>
public sealed class NodeLifecycle(
    SignallingLoop loop, CallControl control, SipSockets sockets, Journal journal, Heartbeat heartbeat, PoolWatch watch, Takeover takeover,
    Evacuation evacuation,
    NodeStore nodes, TableServiceClient tables, NodeOptions options, IHostApplicationLifetime lifetime,
    ILogger<NodeLifecycle> log) : IHostedLifecycleService, IDisposable
{
    /// <summary>For the de-REGISTERs, the journal and the farewell, each.</summary>
    private static readonly TimeSpan ClosingTime = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan StorageRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DrainPoll = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private volatile NodeState _state = NodeState.Starting;

    public NodeState State => _state;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        loop.Start(control);
        sockets.Start(new SipSocketEvents(
            (flow, message) => loop.TryPostFromNetwork(now => control.Receive(now, flow, message), message.Length),
            flow => loop.Post(now => control.FlowFailed(now, flow))));
        _running = RunAsync(_stopping.Token);
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Before the control API closes: devices can still hang up while calls finish.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        Become(NodeState.Draining);
        await loop.AskAsync(_ => control.IsDraining = true);
        await heartbeat.BeatAsync(NodeState.Draining, cancellationToken);
        await CallsFinishedAsync(cancellationToken);

        loop.Post(now => control.AbortAll(now, CallEnd.NodeDraining));
        // The rows stay: another node, or this one's next life, registers these devices again.
        var removals = await loop.AskAsync(now => control.RegistrationIds.Select(id => control.Remove(now, id, CallEnd.NodeDraining)).ToList());
        await Task.WhenAny(Task.WhenAll(removals), Task.Delay(ClosingTime, cancellationToken));
        await journal.FlushAsync(ClosingTime);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _running.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        using var late = new CancellationTokenSource(ClosingTime);
        try
        {
            await heartbeat.FarewellAsync(late.Token);
        }
        catch (Exception fault) when (StorageFault.IsAway(fault))
        {
            log.NodeTableAway(StorageFault.Describe(fault));
        }
    }

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        sockets.Dispose();
        loop.Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _stopping.Dispose();

    private async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            await UntilStoredAsync(() => StorageBootstrap.CreateAllAsync(tables, cancel), cancel);
            var hasFormerLife = false;
            await UntilStoredAsync(async () => hasFormerLife = await MarkFormerLifeAsync(cancel), cancel);
            await UntilStoredAsync(() => heartbeat.BeatAsync(NodeState.Starting, cancel), cancel);
            var beating = BeatAsync(cancel);
            if (hasFormerLife) await UntilStoredAsync(() => takeover.CleanUpAfterAsync(options.Id, cancel), cancel);
            if (_state == NodeState.Starting) Become(NodeState.Ready);
            await heartbeat.BeatAsync(_state, cancel);
            await Task.WhenAll(beating, watch.RunAsync(cancel));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
        }
        catch (Exception fault)
        {
            // Without a heartbeat the pool takes this node for dead: better to say so, and to be started again.
            log.LifecycleFault(fault);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    }

    /// <summary>True where the row of a former life was there and nobody else cleans up after it.</summary>
    private async Task<bool> MarkFormerLifeAsync(CancellationToken cancel) =>
        await nodes.GetAsync(options.Id, cancel) is { } former && former.State != NodeState.Gone && await nodes.TryMarkGoneAsync(former, cancel);

    private async Task BeatAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(NodeRecord.HeartbeatInterval);
        while (await timer.WaitForNextTickAsync(cancel)) await heartbeat.BeatAsync(_state, cancel);
    }

    private async Task UntilStoredAsync(Func<Task> store, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                await store();
                return;
            }
            catch (Exception fault) when (StorageFault.IsAway(fault) && !cancel.IsCancellationRequested)
            {
                log.NodeTableAway(StorageFault.Describe(fault));
            }

            await Task.Delay(StorageRetry, cancel);
        }
    }

    private async Task CallsFinishedAsync(CancellationToken cancel)
    {
        var deadline = MonotonicClock.Now + options.DrainTime;
        await evacuation.MoveAsync(cancel);
        while (MonotonicClock.Now < deadline && (await loop.AskAsync(_ => control.Snapshot)).Calls > 0)
        {
            await Task.Delay(DrainPoll, cancel);
            await evacuation.MoveAsync(cancel);
        }
    }

    private void Become(NodeState state)
    {
        _state = state;
        log.NodeStateChanged(options.Id, state.ToString());
    }
}

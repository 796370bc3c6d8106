using Azure;
using Byon.MediaNode.Telemetry;
using Byon.Platform.Events;

namespace Byon.MediaNode.Journaling;

/// <summary>
/// Asks for deliveries beside the journal, so that a queue that is away holds up no event. Asked for twice while it waits, a
/// device is told once: whoever delivers reads the whole log. What is lost with this process, the timer finds.
/// </summary>
public sealed class DeliveryRequester(DeliveryQueue queue, NodeMetrics metrics, ILogger<DeliveryRequester> log) : BackgroundService
{
    private const int MostWaiting = 20_000;
    private const int AtOnce = 8;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FlushLimit = TimeSpan.FromSeconds(3);

    private readonly Lock _guard = new();
    private readonly HashSet<DeviceKey> _waiting = [];
    private readonly SemaphoreSlim _asked = new(0);
    private int _isAway;

    /// <summary>The device's log has grown.</summary>
    public void Ask(DeviceKey device)
    {
        lock (_guard)
        {
            if (_waiting.Count >= MostWaiting)
            {
                metrics.DeliveryRequestsLost.Add(1);
                return;
            }

            _waiting.Add(device);
        }

        _asked.Release();
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(FlushLimit);
        try
        {
            await SendWaitingAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            log.DeliveriesNotAskedFor();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            await _asked.WaitAsync(stoppingToken);
            if (await SendWaitingAsync(stoppingToken))
            {
                pause = FirstPause;
                continue;
            }

            await Task.Delay(pause, stoppingToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            _asked.Release();
        }
    }

    /// <summary>False where a message could not be sent; its device waits again.</summary>
    private async Task<bool> SendWaitingAsync(CancellationToken cancel)
    {
        while (Take() is { Length: > 0 } devices)
        {
            var sent = await Task.WhenAll(devices.Select(device => TrySendAsync(device, cancel)));
            if (sent.Contains(false))
                return false;
        }

        return true;
    }

    private DeviceKey[] Take()
    {
        lock (_guard)
        {
            DeviceKey[] taken = [.. _waiting.Take(AtOnce)];
            _waiting.ExceptWith(taken);
            return taken;
        }
    }

    private async Task<bool> TrySendAsync(DeviceKey device, CancellationToken cancel)
    {
        try
        {
            await queue.SendAsync(new DeliveryRequest(device, null), null, cancel);
            if (Interlocked.Exchange(ref _isAway, 0) == 1)
                log.QueueBack();
            return true;
        }
        catch (Exception fault) when (StorageFault.IsAway(fault) || fault is RequestFailedException)
        {
            metrics.DeliveryRequestRetries.Add(1);
            if (Interlocked.Exchange(ref _isAway, 1) == 0)
                log.QueueAway(StorageFault.Describe(fault));
            lock (_guard)
                _waiting.Add(device);
            return false;
        }
    }
}

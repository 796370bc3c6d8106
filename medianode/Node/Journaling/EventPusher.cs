using Azure;
using Byon.MediaNode.Telemetry;
using Byon.Platform.Events;

namespace Byon.MediaNode.Journaling;

/// <summary>
/// Pushes stored events to the sockets of their device, in order, beside the journal: a Web PubSub that is away holds up
/// neither rows nor calls. A socket may outlive such a time, and its client learns of a missing event only by the next one, so
/// this keeps trying for a while. What it gives up is in the log, for clients that replay.
/// </summary>
public sealed class EventPusher(EventPublisher publisher, NodeMetrics metrics, ILogger<EventPusher> log) : IDisposable
{
    private const int MostPending = 20_000;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Longer than any socket lives without its service.</summary>
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromMinutes(2);

    private readonly CancellationTokenSource _stopping = new();
    private readonly DeviceQueues _queues = new(MostPending);

    public void Push(DeviceEvent stored)
    {
        var givenUpAt = Environment.TickCount64 + (long)GiveUpAfter.TotalMilliseconds;
        if (!_queues.TryEnqueue(stored.Device, new JournalEntry(cancel => PushAsync(stored, givenUpAt, cancel)), CarryOutAsync))
            metrics.PublishFailures.Add(1);
    }

    /// <summary>False where something is still pending at the end of the time.</summary>
    public Task<bool> FlushAsync(CancellationToken late) => _queues.FlushAsync(late);

    /// <summary>What is still pending is given up.</summary>
    public void Dispose() => _stopping.Cancel();

    private async Task<bool> CarryOutAsync(JournalEntry entry)
    {
        await entry.Work(_stopping.Token);
        return true;
    }

    private async Task PushAsync(DeviceEvent stored, long givenUpAt, CancellationToken stopping)
    {
        for (var pause = FirstPause; !stopping.IsCancellationRequested; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await publisher.PublishAsync(stored, stopping);
                return;
            }
            catch (Exception fault) when (fault is RequestFailedException or OperationCanceledException || StorageFault.IsAway(fault))
            {
                metrics.PublishFailures.Add(1);
                if (!StorageFault.IsAway(fault) || Environment.TickCount64 >= givenUpAt)
                {
                    log.PublishFailed(StorageFault.Describe(fault));
                    return;
                }
            }

            await Task.Delay(pause, stopping).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }
}

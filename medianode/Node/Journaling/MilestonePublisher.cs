using System.Threading.Channels;
using Azure;
using Byon.MediaNode.Telemetry;
using Byon.Platform.Events;

namespace Byon.MediaNode.Journaling;

/// <summary>Pushes milestones beside the journal, so that they never delay an event. They may be lost: the newest win.</summary>
public sealed class MilestonePublisher(EventPublisher publisher, NodeMetrics metrics) : BackgroundService
{
    private readonly Channel<Milestone> _waiting = Channel.CreateBounded<Milestone>(
        new BoundedChannelOptions(2_000) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private sealed record Milestone(DeviceKey Device, CallMilestoneData Data, DateTimeOffset Time);

    public void Tell(DeviceKey device, CallMilestoneData data, DateTimeOffset time) =>
        _waiting.Writer.TryWrite(new Milestone(device, data, time));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var milestone in _waiting.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await publisher.PublishMilestoneAsync(milestone.Device, milestone.Data, milestone.Time, stoppingToken);
            }
            catch (Exception fault) when (StorageFault.IsAway(fault) || fault is RequestFailedException)
            {
                metrics.PublishFailures.Add(1);
            }
        }
    }
}

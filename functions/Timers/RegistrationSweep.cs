using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.Functions.Timers;

/// <summary>
/// Ends expired registrations that no node is left for. A node ends its own, and takes over those of nodes that died: what is
/// expired for longer than both take has nobody. Each is claimed first, so that no refresh or takeover is undone; that its end
/// is told once, the log sees to.
/// </summary>
internal sealed class RegistrationSweep(
    RegistrationStore store, NodeStore nodes, EventLog log, EventPublisher publisher, DeliveryQueue queue, TimeProvider clock, ILogger<RegistrationSweep> logger)
{
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(2);

    public async Task RunAsync(CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var expired = await store.ListExpiredAsync(now - Grace, cancel);
        if (expired.Count == 0)
        {
            return;
        }

        var alive = (await nodes.ListAsync(cancel)).Where(node => node.IsFresh(now)).Select(node => node.NodeId).ToHashSet();
        var cleared = 0;
        foreach (var record in expired.Where(record => !alive.Contains(record.NodeId)))
        {
            if (await store.TryClaimExpiredAsync(record, now, cancel))
            {
                await EndAsync(record, cancel);
                cleared++;
            }
        }

        if (cleared > 0)
        {
            logger.ClearedUp(cleared, "registrations");
        }
    }

    private async Task EndAsync(RegistrationRecord record, CancellationToken cancel)
    {
        var device = new DeviceKey(record.PhoneNumber, record.DeviceId);
        if (record.State == RegistrationState.Registered)
        {
            var data = new RegistrationEndedData(record.RegistrationId, RegistrationEndReason.RegistrationExpired, "SIP re-registration required");
            var eventId = Guid.NewGuid().ToString();
            var (told, hasReaders) = await log.AppendAsync(device, eventId, data, clock.GetUtcNow(), cancel);
            if (hasReaders)
            {
                await queue.SendAsync(new DeliveryRequest(device, null), null, cancel);
            }

            if (told.EventId == eventId)
            {
                await publisher.PublishAsync(told, cancel);
            }
        }

        await store.DeleteAsync(record, cancel);
    }
}

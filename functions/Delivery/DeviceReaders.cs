using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.Functions.Delivery;

/// <summary>
/// Opens and closes readers of event logs, for subscriptions and channels alike. Opening costs 5 operations, closing 2,
/// besides the caller's own reads.
/// </summary>
internal sealed class DeviceReaders(ReaderStore readers, EventLog log, RingingSessions ringing, DeliveryQueue queue, TimeProvider clock)
{
    private const int ChangeAttempts = 20;

    /// <summary>
    /// Starts a reader where its device's log stands now or, while a call is ringing there, with that call's invitation.
    /// </summary>
    public async Task<ReaderRecord> OpenAsync(ReaderRecord draft, CancellationToken cancel)
    {
        var device = new DeviceKey(draft.PhoneNumber, draft.DeviceId);
        var start = await ringing.ReadAsync(device, cancel);
        var opened = await readers.AddAsync(draft with { Progress = new ReaderProgress { Cursor = start.Cursor } }, cancel);

        // In this order: what is appended before the announcement is delivered because of the message, what comes after it
        // because of the announcement.
        await log.AnnounceReadersAsync(device, cancel);
        await queue.SendAsync(new DeliveryRequest(device, null), null, cancel);
        return opened.Record;
    }

    /// <summary>The reader after the change, or null where it has ended or is gone meanwhile.</summary>
    public async Task<ReaderRecord?> ChangeAsync(StoredReader seen, Func<ReaderRecord, ReaderRecord> change, CancellationToken cancel)
    {
        StoredReader? row = seen;
        for (var attempt = 1; attempt <= ChangeAttempts && row is { Record.State: ReaderState.Active }; attempt++)
        {
            var changed = change(row.Record);
            if (await readers.TryReplaceAsync(row, changed, cancel) is { } stored)
            {
                return stored.Record;
            }

            row = await readers.GetAsync(new DeviceKey(seen.Record.PhoneNumber, seen.Record.DeviceId), seen.Record.ReaderId, cancel);
        }

        return null;
    }

    /// <summary>Has a reader tried again now that had to wait: what kept it from being told may be gone.</summary>
    public Task RetryAsync(ReaderRecord record, CancellationToken cancel) =>
        queue.SendAsync(new DeliveryRequest(new DeviceKey(record.PhoneNumber, record.DeviceId), record.ReaderId), null, cancel);

    /// <summary>Ends a reader because its owner says so: nothing more is delivered to it but, to a subscription, that it has ended.</summary>
    public async Task CloseAsync(StoredReader seen, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var ending = await ChangeAsync(
            seen, record => record with { State = ReaderState.Ending, EndReason = ReaderEndReason.SubscriptionDeleted, EndedAt = now }, cancel);
        if (ending is not null)
        {
            await RetryAsync(ending, cancel);
        }
        else if (seen.Record.State == ReaderState.Ended)
        {
            await TryRemoveAsync(seen, cancel);
        }
    }

    /// <summary>Deletes the row of a reader that is over, and with the device's last one its mark in the log; false where somebody else did.</summary>
    public async Task<bool> TryRemoveAsync(StoredReader over, CancellationToken cancel)
    {
        var device = new DeviceKey(over.Record.PhoneNumber, over.Record.DeviceId);
        if (!await readers.TryDeleteAsync(over, cancel))
        {
            return false;
        }

        await log.RetractReadersAsync(device, async () => (await readers.ListAsync(device, cancel)).Count > 0, cancel);
        return true;
    }
}

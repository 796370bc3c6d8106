using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.Functions.Delivery;

/// <summary>
/// A reader under the lease of one run, so that no other overtakes it. What the API changes meanwhile is kept: a change made
/// here is made again on top of it.
/// </summary>
internal sealed class ReaderHold
{
    private const int SaveAttempts = 20;

    private readonly ReaderStore _store;
    private readonly string _holder;
    private StoredReader _row;

    private ReaderHold(ReaderStore store, StoredReader row, string holder)
    {
        _store = store;
        _row = row;
        _holder = holder;
    }

    public ReaderRecord Record => _row.Record;

    /// <summary>Null where somebody else holds it, or it is there no more.</summary>
    /// <param name="change">Made in the same write.</param>
    public static async Task<ReaderHold?> TryTakeAsync(
        ReaderStore store, StoredReader seen, DateTimeOffset now, TimeSpan lease, Func<ReaderRecord, ReaderRecord> change, CancellationToken cancel)
    {
        var holder = Guid.NewGuid().ToString("N");
        var row = seen;
        for (var attempt = 1; attempt <= SaveAttempts; attempt++)
        {
            if (IsHeld(row.Record, now))
            {
                return null;
            }

            var taken = change(row.Record);
            taken = taken with { Progress = taken.Progress with { LeaseHolder = holder, LeaseUntil = now + lease } };
            if (await store.TryReplaceAsync(row, taken, cancel) is { } stored)
            {
                return new ReaderHold(store, stored, holder);
            }

            if (await ReadAsync(store, row.Record, cancel) is not { } fresh)
            {
                return null;
            }

            // The write of a try whose answer was lost is ours all the same.
            if (fresh.Record.Progress.LeaseHolder == holder)
            {
                return new ReaderHold(store, fresh, holder);
            }

            row = fresh;
        }

        return null;
    }

    public static bool IsHeld(ReaderRecord record, DateTimeOffset now) => record.Progress.LeaseHolder is not null && record.Progress.LeaseUntil > now;

    /// <summary>Writes a change; false where the lease is lost, and with it the right to go on.</summary>
    public async Task<bool> SaveAsync(Func<ReaderRecord, ReaderRecord> change, CancellationToken cancel)
    {
        for (var attempt = 1; attempt <= SaveAttempts; attempt++)
        {
            if (await _store.TryReplaceAsync(_row, change(_row.Record), cancel) is { } stored)
            {
                _row = stored;
                return true;
            }

            if (!await RefreshAsync(cancel))
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>
    /// Gives the lease back, unless somebody has changed the row since it was written here last: then there may be more to
    /// do, and false says so.
    /// </summary>
    public async Task<bool> TryReleaseAsync(Func<ReaderRecord, ReaderRecord> release, CancellationToken cancel) =>
        await _store.TryReplaceAsync(_row, release(_row.Record), cancel) is not null || !await RefreshAsync(cancel);

    /// <summary>Deletes the row, whatever changed in it; one whose lease is lost is somebody else's to delete.</summary>
    public async Task DeleteAsync(CancellationToken cancel)
    {
        for (var attempt = 1; attempt <= SaveAttempts && !await _store.TryDeleteAsync(_row, cancel) && await RefreshAsync(cancel);)
        {
            attempt++;
        }
    }

    private async Task<bool> RefreshAsync(CancellationToken cancel)
    {
        if (await ReadAsync(_store, _row.Record, cancel) is not { } fresh || fresh.Record.Progress.LeaseHolder != _holder)
        {
            return false;
        }

        _row = fresh;
        return true;
    }

    private static Task<StoredReader?> ReadAsync(ReaderStore store, ReaderRecord record, CancellationToken cancel) =>
        store.GetAsync(new DeviceKey(record.PhoneNumber, record.DeviceId), record.ReaderId, cancel);
}

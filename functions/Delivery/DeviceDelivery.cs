using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.Functions.Delivery;

/// <summary>
/// Brings the readers of a device up to date, side by side: a slow one holds up no other. A reader that this process is busy
/// with already is only told to look again.
/// </summary>
internal sealed class DeviceDelivery(ReaderStore readers, ReaderDelivery delivery, TimeProvider clock)
{
    private readonly Lock _guard = new();

    /// <summary>Readers this process is delivering to; true where somebody has asked since the log was last read.</summary>
    private readonly Dictionary<string, bool> _busy = [];

    public async Task DeliverAsync(DeliveryRequest request, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var asked = request.ReaderId is { } id
            ? await readers.GetAsync(request.Device, id, cancel) is { } one ? [one] : []
            : await readers.ListAsync(request.Device, cancel);
        await Task.WhenAll(asked.Where(reader => IsDue(reader.Record, request, now)).Select(reader => DeliverAsync(reader, cancel)));
    }

    /// <summary>A message that names a reader is its postponed try; any other message does not hasten one.</summary>
    private static bool IsDue(ReaderRecord reader, DeliveryRequest request, DateTimeOffset now) =>
        reader.State != ReaderState.Ended && (request.ReaderId is not null || reader.Progress.RetryAt is not { } retry || retry <= now);

    private async Task DeliverAsync(StoredReader reader, CancellationToken cancel)
    {
        var id = reader.Record.ReaderId;
        lock (_guard)
        {
            if (!_busy.TryAdd(id, false))
            {
                _busy[id] = true;
                return;
            }
        }

        var isLeft = false;
        try
        {
            for (var next = reader; next is not null && !isLeft;)
            {
                await delivery.RunAsync(next, () => TakeAsked(id), cancel);
                isLeft = TryLeave(id);
                next = isLeft ? next : await readers.GetAsync(new DeviceKey(next.Record.PhoneNumber, next.Record.DeviceId), id, cancel);
            }
        }
        finally
        {
            if (!isLeft)
            {
                Leave(id);
            }
        }
    }

    private bool TakeAsked(string id)
    {
        lock (_guard)
        {
            var asked = _busy[id];
            _busy[id] = false;
            return asked;
        }
    }

    /// <summary>False where somebody asked after the last look.</summary>
    private bool TryLeave(string id)
    {
        lock (_guard)
        {
            if (!_busy[id])
            {
                return _busy.Remove(id);
            }

            _busy[id] = false;
            return false;
        }
    }

    private void Leave(string id)
    {
        lock (_guard)
        {
            _busy.Remove(id);
        }
    }
}

using Azure;
using Byon.Functions.Delivery;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.Functions.Triggers;

/// <summary>
/// The function of the queue of deliveries. While storage is away a message is put back with a delay, so that an outage does
/// not use up its tries; one that fails for any other reason comes back, and in the end lies in the poison queue.
/// </summary>
internal sealed class DeliverFunction(
    DeliveryQueue queue, DeviceDelivery deliveries, UndeliveredStore undelivered, DeliveryMetrics metrics, TimeProvider clock, ILogger<DeliverFunction> log)
{
    public const string Name = "deliver";
    public const string Binding = "message";

    /// <summary>maxDequeueCount of host.json.</summary>
    public const int MaximumTries = 5;

    private static readonly TimeSpan StoragePause = TimeSpan.FromSeconds(3);

    public async Task<bool> RunAsync(TriggerEnvelope envelope, CancellationToken cancel)
    {
        if (queue.Read(envelope.Message ?? "") is not { } request)
        {
            await NoteAsync(envelope, "not a message of this pool", cancel);
            return false;
        }

        try
        {
            await deliveries.DeliverAsync(request, cancel);
            return true;
        }
        catch (RequestFailedException away) when (away.Status is 0 or 408 or 429 or >= 500)
        {
            log.AskedAgain(away.Status, away.ErrorCode);
            await queue.SendAsync(request, StoragePause, cancel);
            return true;
        }
        catch (Exception bug) when (bug is not OperationCanceledException)
        {
            await NoteAsync(envelope, bug.GetType().Name, cancel);
            throw;
        }
    }

    /// <summary>The last try leaves a row for the operator; the host keeps the message itself.</summary>
    private async Task NoteAsync(TriggerEnvelope envelope, string cause, CancellationToken cancel)
    {
        if (envelope.DequeueCount < MaximumTries)
        {
            return;
        }

        metrics.SetAside();
        log.MessageGivenUp(envelope.MessageId, envelope.DequeueCount, cause);
        await undelivered.PutAsync(new UndeliveredRecord(null, envelope.MessageId, 0, cause, envelope.DequeueCount, clock.GetUtcNow()), cancel);
    }
}

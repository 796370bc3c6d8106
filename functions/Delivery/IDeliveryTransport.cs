using Byon.Platform.Events;
using Byon.Platform.Records;

namespace Byon.Functions.Delivery;

/// <summary>What a reader is to be told.</summary>
/// <param name="Event">The entry of the log; null for subscription-ended, which is in no log.</param>
/// <param name="CloudEvent">The event as the reader's surface writes it.</param>
internal sealed record OutgoingEvent(string EventId, DeviceEvent? Event, ReadOnlyMemory<byte> CloudEvent);

/// <summary>Brings an event to the readers of some kinds. One try per call: when to try again is not its concern.</summary>
internal interface IDeliveryTransport
{
    IReadOnlyCollection<ReaderKind> Kinds { get; }

    /// <summary>A failure is an outcome. An event that its kind has no use for (a push of a status) is Delivered without a word.</summary>
    /// <param name="cancel">Ends the try when its time is up.</param>
    Task<DeliveryOutcome> SendAsync(ReaderRecord reader, OutgoingEvent outgoing, CancellationToken cancel);
}

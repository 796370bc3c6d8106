using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Byon.Functions.Delivery;
using Byon.Platform.Records;

namespace Byon.Tests.Functions.Tests.Delivery;

/// <summary>A receiver that answers as the test says, and remembers what it took.</summary>
internal sealed class ScriptedTransport : IDeliveryTransport
{
    public IReadOnlyCollection<ReaderKind> Kinds { get; } = Enum.GetValues<ReaderKind>();

    /// <summary>Asked for every try, in place of taking the event.</summary>
    public Func<OutgoingEvent, Task<DeliveryOutcome>> Answer { get; set; } = _ => Task.FromResult(DeliveryOutcome.Delivered);

    public ConcurrentQueue<OutgoingEvent> Tried { get; } = new();

    public ConcurrentQueue<OutgoingEvent> Taken { get; } = new();

    /// <summary>Ids of the taken events of the log, in order.</summary>
    public List<string> TakenIds => [.. Taken.Where(taken => taken.Event is not null).Select(taken => taken.EventId)];

    /// <summary>terminationReason of every subscription-ended that was taken.</summary>
    public List<string> Endings =>
        [.. Taken.Where(taken => taken.Event is null).Select(taken => (string)JsonNode.Parse(taken.CloudEvent.Span)!["data"]!["terminationReason"]!)];

    public void AlwaysAnswer(DeliveryVerdict verdict, TimeSpan? retryAfter = null) =>
        Answer = _ => Task.FromResult(new DeliveryOutcome(verdict, "scripted", retryAfter));

    public async Task<DeliveryOutcome> SendAsync(ReaderRecord reader, OutgoingEvent outgoing, CancellationToken cancel)
    {
        Tried.Enqueue(outgoing);
        var outcome = await Answer(outgoing);
        if (outcome.Verdict == DeliveryVerdict.Delivered)
            Taken.Enqueue(outgoing);
        return outcome;
    }
}

using Byon.Functions.Delivery;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Push;

/// <summary>
/// Push channels as readers of the event log: a device is woken by an invitation, and told when an unanswered call is over, so
/// that it stops ringing. Every other event it reads itself, once it is awake.
/// </summary>
internal sealed class PushTransport(PushSender sender, TimeProvider clock, IOptions<PushOptions> options) : IDeliveryTransport
{
    private readonly PushOptions _options = options.Value;

    public IReadOnlyCollection<ReaderKind> Kinds { get; } = [ReaderKind.WebPush, ReaderKind.Fcm, ReaderKind.Apns];

    /// <summary>The kind of reader that serves a target.</summary>
    public static ReaderKind KindOf(PushTarget target) => target switch
    {
        WebPushTarget => ReaderKind.WebPush,
        ApnsTarget => ReaderKind.Apns,
        _ => ReaderKind.Fcm,
    };

    public async Task<DeliveryOutcome> SendAsync(ReaderRecord reader, OutgoingEvent outgoing, CancellationToken cancel)
    {
        if (outgoing.Event is not { Data: CallEventData call } entry || !Wakes(call, reader) || clock.GetUtcNow() - entry.Time > _options.Lifetime)
        {
            return DeliveryOutcome.Delivered;
        }

        if (PushTarget.Parse(reader.Target, out _) is not { } target)
        {
            return new DeliveryOutcome(DeliveryVerdict.Gone, "the token cannot be read");
        }

        try
        {
            return OutcomeOf(await sender.SendAsync(target, WakeUpOf(entry, call, reader), cancel));
        }
        catch (OperationCanceledException)
        {
            return new DeliveryOutcome(DeliveryVerdict.Later, "timeout");
        }
    }

    /// <summary>An invitation, or the end of an incoming call that this device has neither answered nor declined.</summary>
    private bool Wakes(CallEventData call, ReaderRecord reader) =>
        call.Invitation
        || (_options.Cancellations && call.Ending is not null && call.Status is not (CallStatus.Terminated or CallStatus.Declined)
            && call.ReceiverAddress == "tel:" + reader.PhoneNumber);

    private WakeUp WakeUpOf(DeviceEvent entry, CallEventData call, ReaderRecord reader)
    {
        var type = EventTypes.NameOf(EventTypes.KindOf(call), reader.Dialect);
        var wakeUp = new WakeUp(call.CallId, type, call.Status.ToString(), entry.Time);
        return _options.IncludeCaller && call.Invitation
            ? wakeUp with { Caller = call.OriginatorAddress, CallerName = call.OriginatorName }
            : wakeUp;
    }

    private static DeliveryOutcome OutcomeOf(PushResult result) => result.Outcome switch
    {
        PushOutcome.Delivered => DeliveryOutcome.Delivered,
        PushOutcome.Gone => new DeliveryOutcome(DeliveryVerdict.Gone, result.Cause),
        PushOutcome.TryLater => new DeliveryOutcome(DeliveryVerdict.Later, result.Cause, result.RetryAfter),
        _ => new DeliveryOutcome(DeliveryVerdict.Refused, result.Cause),
    };
}

using Azure.Messaging.WebPubSub;

namespace Byon.Platform.Events;

/// <summary>Pushes events to the WebSocket channels of a device: one Web PubSub group per device, one CloudEvent per message.</summary>
public sealed class EventPublisher(WebPubSubServiceClient service)
{
    private readonly WebPubSubServiceClient _service = service;

    /// <summary>The device's group: a hash, so that neither number nor deviceId is told to the service.</summary>
    public static string GroupOf(DeviceKey device) => throw new NotImplementedException(device.ToString());

    public Task PublishAsync(DeviceEvent deviceEvent, CancellationToken cancel) => throw new NotImplementedException(_service.ToString());

    /// <summary>Milestones have no position in the log: sent to the device's group and forgotten.</summary>
    public Task PublishMilestoneAsync(DeviceKey device, CallMilestoneData milestone, DateTimeOffset time, CancellationToken cancel) => throw new NotImplementedException();
}

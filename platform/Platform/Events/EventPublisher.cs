using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Core;
using Azure.Messaging.WebPubSub;

namespace Byon.Platform.Events;

/// <summary>Pushes events to the WebSocket channels of a device: one Web PubSub group per device, one CloudEvent per message.</summary>
public sealed class EventPublisher(WebPubSubServiceClient service)
{
    /// <summary>The device's group: a hash, so that neither number nor deviceId is told to the service.</summary>
    public static string GroupOf(DeviceKey device) =>
        "device-" + Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{device.PhoneNumber}\n{device.DeviceId}")));

    /// <exception cref="RequestFailedException">The service cannot be reached or refuses, after the client's retries.</exception>
    public Task PublishAsync(DeviceEvent deviceEvent, CancellationToken cancel) =>
        SendAsync(deviceEvent.Device, CloudEventWriter.Write(deviceEvent), cancel);

    /// <summary>Milestones have no position in the log: sent to the device's group and forgotten.</summary>
    public Task PublishMilestoneAsync(DeviceKey device, CallMilestoneData milestone, DateTimeOffset time, CancellationToken cancel) =>
        SendAsync(device, CloudEventWriter.WriteMilestone(device, milestone, time), cancel);

    private Task<Response> SendAsync(DeviceKey device, byte[] cloudEvent, CancellationToken cancel) => service.SendToGroupAsync(
        GroupOf(device), RequestContent.Create(cloudEvent), ContentType.ApplicationJson, excluded: null, new RequestContext { CancellationToken = cancel });
}

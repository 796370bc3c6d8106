using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Azure;
using Azure.Storage.Queues;
using Byon.Platform.Stores;

namespace Byon.Platform.Events;

/// <summary>What a message asks for: that the readers of a device, or one of them, be brought up to date.</summary>
/// <param name="ReaderId">Null for all readers of the device.</param>
public sealed record DeliveryRequest(DeviceKey Device, string? ReaderId);

/// <summary>
/// The queue between who appends to an event log and who delivers from it. A message holds no event: it names a device, sealed,
/// and whoever receives it reads the log. So messages may come twice, late or in any order.
/// </summary>
public sealed class DeliveryQueue(QueueServiceClient queues, ReadOnlyMemory<byte> poolKey)
{
    // A device that was not delivered to for a day is found by the timer; the queue need not remember it longer.
    private static readonly TimeSpan TimeToLive = TimeSpan.FromDays(1);

    private readonly QueueClient _queue = queues.GetQueueClient(QueueNames.Deliveries);

    /// <param name="delay">When the message can be seen at the earliest.</param>
    /// <exception cref="RequestFailedException">The queue cannot be reached, after the client's retries.</exception>
    public Task SendAsync(DeliveryRequest request, TimeSpan? delay, CancellationToken cancel) =>
        _queue.SendMessageAsync(Write(request), delay is { } wait ? WholeSeconds(wait) : null, TimeToLive, cancel);

    public string Write(DeliveryRequest request)
    {
        var names = JsonSerializer.SerializeToUtf8Bytes(
            new Names(request.Device.PhoneNumber, request.Device.DeviceId, request.ReaderId), DeliveryQueueJson.Default.Names);
        return JsonSerializer.Serialize(new Message(Sealed.Seal(poolKey.Span, names, "deliveries"u8)), DeliveryQueueJson.Default.Message);
    }

    /// <summary>Null where the text is no message of ours.</summary>
    public DeliveryRequest? Read(string message)
    {
        try
        {
            if (JsonSerializer.Deserialize(message, DeliveryQueueJson.Default.Message) is not { Sealed: { } box })
                return null;
            var names = JsonSerializer.Deserialize(Sealed.Open(poolKey.Span, box, "deliveries"u8), DeliveryQueueJson.Default.Names);
            return names is { Number: { } number, Device: { } device } ? new DeliveryRequest(new DeviceKey(number, device), names.Reader) : null;
        }
        catch (Exception foreign) when (foreign is JsonException or CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Queues count in seconds; never sooner than asked.</summary>
    private static TimeSpan WholeSeconds(TimeSpan delay) => TimeSpan.FromSeconds(Math.Ceiling(delay.TotalSeconds));

    internal sealed record Message(byte[]? Sealed);

    internal sealed record Names(string? Number, string? Device, string? Reader);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DeliveryQueue.Message))]
[JsonSerializable(typeof(DeliveryQueue.Names))]
internal sealed partial class DeliveryQueueJson : JsonSerializerContext;

using Azure.Storage.Queues;
using Byon.MediaNode.Journaling;
using Byon.MediaNode.Telemetry;
using Byon.Platform;
using Byon.Platform.Events;
using Byon.Platform.Stores;
using Byon.Tests.MediaNode.Tests.Rig;
using Byon.Tests.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Byon.Tests.MediaNode.Tests.Journaling;

[Collection(NodeTests.Name)]
public sealed class DeliveryRequesterTests(NodeFixture fixture) : IDisposable
{
    private readonly QueueServiceClient _queues = PlatformServices.CreateQueues(new StorageOptions { ConnectionString = fixture.StorageConnection });
    private readonly NodeMetrics _metrics = new();

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public async Task WhileTheQueueIsAwayADeviceWaitsAndIsAskedForOnce()
    {
        var queue = _queues.GetQueueClient(QueueNames.Deliveries);
        await queue.DeleteIfExistsAsync();
        using var requester = NewRequester();
        await requester.StartAsync(default);
        var devices = Enumerable.Range(0, 20).Select(number => new DeviceKey("+34600111222", $"device-{number}")).ToList();
        for (var round = 0; round < 5; round++)
            devices.ForEach(requester.Ask);

        await queue.CreateIfNotExistsAsync();
        List<DeviceKey> asked = [];
        await WaitFor.TrueAsync(async () => (asked = [.. asked, .. await TakeAsync(queue)]).Distinct().Count() == devices.Count);
        await requester.StopAsync(default);
        asked.AddRange(await TakeAsync(queue));
        Assert.Equal(devices.Select(device => device.DeviceId).Order(), asked.Select(device => device.DeviceId).Order());
    }

    [Fact]
    public async Task WhatWaitsAtTheEndIsStillAskedFor()
    {
        var queue = _queues.GetQueueClient(QueueNames.Deliveries);
        await queue.CreateIfNotExistsAsync();
        var device = new DeviceKey("+34600111333", "laptop");
        using var requester = NewRequester();
        requester.Ask(device);
        await requester.StopAsync(default);
        Assert.Contains(device, await TakeAsync(queue));
    }

    private DeliveryRequester NewRequester() =>
        new(new DeliveryQueue(_queues, fixture.PoolKey), _metrics, NullLogger<DeliveryRequester>.Instance);

    private async Task<List<DeviceKey>> TakeAsync(QueueClient queue)
    {
        var reader = new DeliveryQueue(_queues, fixture.PoolKey);
        List<DeviceKey> taken = [];
        while ((await queue.ReceiveMessagesAsync(32)).Value is { Length: > 0 } messages)
        {
            foreach (var message in messages)
            {
                taken.Add(reader.Read(message.MessageText)!.Device);
                await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt);
            }
        }

        return taken;
    }
}

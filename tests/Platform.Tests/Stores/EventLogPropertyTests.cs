using System.Collections.Concurrent;
using Azure;
using Azure.Core.Pipeline;
using Byon.Platform;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Byon.Tests.Platform.Tests.AzureSdk;

namespace Byon.Tests.Platform.Tests.Stores;

/// <summary>
/// Two writers append to one device at once, over a storage that refuses requests and loses answers; they try again like the
/// journal of a node, and now and then die in the middle. Readers read along. Whatever the seed: no gap, no twin, every
/// writer's order kept, nothing lost that was acknowledged, and every reader sees the same.
/// </summary>
[Collection(AzuriteCollection.Name)]
public class EventLogPropertyTests(AzuriteFixture azurite)
{
    private const int PerWriter = 20;
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    private readonly DeviceKey _device = new(AzuriteFixture.NewNumber(), "laptop");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Whatever_fails_every_reader_sees_one_whole_order(int seed)
    {
        var acknowledged = new ConcurrentBag<string>();
        var writers = Enumerable.Range(0, 2).Select(writer => WriteAsync(seed * 100 + writer, writer, acknowledged)).ToList();
        using var written = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(reader => ReadAlongAsync(seed * 1000 + reader, written.Token)).ToList();
        await Task.WhenAll(writers);
        await written.CancelAsync();
        var seen = await Task.WhenAll(readers);

        var log = await new EventLog(azurite.Tables).ReadAsync(_device, 0, 1_000, default);
        Assert.Equal(Enumerable.Range(1, log.Count).Select(at => (long)at), log.Select(entry => entry.Position));
        var ids = log.Select(entry => entry.EventId).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.Empty(acknowledged.Except(ids));
        Assert.All(Enumerable.Range(0, 2), writer =>
        {
            var own = log.Select(entry => (CallEventData)entry.Data).Where(data => data.CallId == $"writer-{writer}").Select(data => data.SequenceNumber).ToList();
            Assert.Equal(own.Order(), own);
        });
        Assert.All(seen, reader => Assert.Equal(log, reader));
    }

    private async Task WriteAsync(int seed, int writer, ConcurrentBag<string> acknowledged)
    {
        var random = new Random(seed);
        var log = NewProcess(seed);
        for (var number = 1; number <= PerWriter; number++)
        {
            var id = $"{writer}-{number}";
            var data = new CallEventData(false, $"writer-{writer}", number, CallStatus.Ringing, "tel:+34600111222", null, "tel:+34600333444", null, null, null, null, null);
            for (var isStored = false; !isStored;)
            {
                try
                {
                    Assert.Equal(id, (await log.AppendAsync(_device, id, data, Now, default)).Event.EventId);
                    acknowledged.Add(id);
                    isStored = true;
                }
                catch (RequestFailedException fault) when (fault.Status is 0 or >= 500)
                {
                    // One that dies here never learns what became of its event, and neither does anybody else need to.
                    if (random.Next(4) == 0)
                    {
                        log = NewProcess(seed + number);
                        isStored = true;
                    }
                }
            }
        }
    }

    /// <summary>Reads pages of any size from where it stopped, some of them twice, until the writers are done and nothing is left.</summary>
    private async Task<List<DeviceEvent>> ReadAlongAsync(int seed, CancellationToken written)
    {
        var random = new Random(seed);
        var log = new EventLog(azurite.Tables);
        List<DeviceEvent> seen = [];
        while (true)
        {
            var isLast = written.IsCancellationRequested;
            var cursor = seen.Count == 0 ? 0 : seen[^1].Position;
            var page = await log.ReadAsync(_device, cursor, random.Next(1, 20), default);
            if (isLast && page.Count == 0)
                return seen;
            if (random.Next(5) != 0)
                seen.AddRange(page);
        }
    }

    private EventLog NewProcess(int seed)
    {
        var random = new Random(seed);
        var handler = new ScriptedHandler(async (_, _, send) => Roll() switch
        {
            < 15 => await ScriptedHandler.LoseAnswerAsync(send),
            < 45 => throw new HttpRequestException("Connection refused"),
            _ => await send(),
        });
        var options = new StorageOptions { ConnectionString = azurite.ConnectionString };
        return new EventLog(PlatformServices.CreateTables(options, new HttpClientTransport(new HttpClient(handler))));

        int Roll()
        {
            lock (random)
                return random.Next(100);
        }
    }
}

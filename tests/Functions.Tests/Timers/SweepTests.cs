using System.Text;
using Byon.Functions.Timers;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Byon.Tests.Functions.Tests.Delivery;
using Byon.Tests.Functions.Tests.Rig;
using Microsoft.Extensions.DependencyInjection;

namespace Byon.Tests.Functions.Tests.Timers;

public sealed class SweepTests(ApiRig rig) : ApiTest(rig)
{
    private readonly DeliveryBench _bench = new(rig);

    [Fact]
    public async Task AReaderWhoseMessageWasLostIsFound()
    {
        var reader = await _bench.AddReaderAsync();
        await _bench.AppendAsync(1);
        await SweepAsync();
        Assert.Contains(reader, (await RequestsAsync()).Select(request => request.ReaderId));

        // Its log did not say that it had a reader: now it does.
        Assert.True((await _bench.Log.ReadHeadAsync(_bench.Device, default)).HasReaders);
        await _bench.DeliverAsync(reader);
        Assert.Single(_bench.Transport.Taken);
        await SweepAsync();
        Assert.Empty(await RequestsAsync());
    }

    [Fact]
    public async Task AReaderThatWaitsForItsNextTryIsLeftAlone()
    {
        await _bench.AddReaderAsync(record => record with { Progress = new ReaderProgress { RetryAt = DateTimeOffset.UtcNow.AddMinutes(1) } });
        await _bench.AddReaderAsync(record => record with { Progress = new ReaderProgress { LeaseHolder = "x", LeaseUntil = DateTimeOffset.UtcNow.AddMinutes(1) } });
        await _bench.AppendAsync(1);
        await SweepAsync();
        Assert.Empty(await RequestsAsync());
    }

    [Fact]
    public async Task AnExpiredSubscriptionEndsOnceHoweverManySweepAndDeliver()
    {
        var reader = await _bench.AddReaderAsync(record => record with { ExpiresAt = DateTimeOffset.UtcNow });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SweepAsync()));
        var requests = await RequestsAsync();
        Assert.NotEmpty(requests);
        _bench.Clock.Advance(TimeSpan.FromSeconds(10));
        await Task.WhenAll(requests.Select(request => _bench.NewInstance().DeliverAsync(request, default)));
        Assert.Equal(["SUBSCRIPTION_EXPIRED"], _bench.Transport.Endings);
        Assert.Equal(ReaderState.Ended, (await _bench.ReadAsync(reader))!.State);
    }

    [Fact]
    public async Task AnEndedReaderIsForgottenAfterAWhileAndTheLogNoLongerSaysThatItIsRead()
    {
        var reader = await _bench.AddReaderAsync(record => record with { State = ReaderState.Ended, EndedAt = DateTimeOffset.UtcNow.AddHours(-2) });
        await _bench.Log.AnnounceReadersAsync(_bench.Device, default);
        await SweepAsync();
        Assert.Null(await _bench.ReadAsync(reader));
        Assert.False((await _bench.Log.ReadHeadAsync(_bench.Device, default)).HasReaders);
    }

    [Fact]
    public async Task ARegistrationThatNoNodeIsLeftForEndsOnceAndIsToldOnce()
    {
        var record = Expired("node-that-died");
        await WriteAsync(record);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SweepAsync()));

        Assert.Null(await Store.GetAsync(record.PhoneNumber, record.RegistrationId, default));
        var told = Assert.Single(await _bench.Log.ReadAsync(_bench.Device, 0, 10, default));
        Assert.Equal((record.RegistrationId, RegistrationEndReason.RegistrationExpired), ((told.Data as RegistrationEndedData)!.RegistrationId, (told.Data as RegistrationEndedData)!.Reason));
    }

    [Fact]
    public async Task ARegistrationOfANodeThatLivesIsItsOwnToEnd()
    {
        var record = Expired("node-a");
        await WriteAsync(record);
        await SweepAsync();
        Assert.NotNull(await Store.GetAsync(record.PhoneNumber, record.RegistrationId, default));
        Assert.Empty(await _bench.Log.ReadAsync(_bench.Device, 0, 10, default));
    }

    [Fact]
    public async Task AClaimedRegistrationIsLeftToItsClaimantUntilTheClaimLapses()
    {
        var record = Expired("node-that-died");
        await WriteAsync(record);
        var now = DateTimeOffset.UtcNow;
        Assert.True(await Store.TryClaimExpiredAsync(record, now, default));
        Assert.False(await Store.TryClaimExpiredAsync(record, now, default));
        Assert.True(await Store.TryClaimExpiredAsync(record, now + RegistrationStore.ClaimTime, default));
        await Store.UpdateAsync(record with { ExpiresAt = now.AddHours(1) }, default);
        Assert.False(await Store.TryClaimExpiredAsync(record, now + RegistrationStore.ClaimTime, default));
    }

    [Fact]
    public async Task CallsAndChannelsThatAreOverAreClearedUp()
    {
        var calls = Rig.Services.GetRequiredService<CallStore>();
        var channels = Rig.Services.GetRequiredService<ChannelStore>();
        var now = DateTimeOffset.UtcNow;
        var number = _bench.Device.PhoneNumber;
        var call = new CallRecord(
            "old", number, "r", _bench.Device.DeviceId, "c", "s", "node-that-died", CallDirection.Outgoing, CallStatus.Terminated, "tel:+34600111222", null,
            "tel:+34600333444", null, null, null, null, null, 1, now.AddHours(-1), now.AddMinutes(-10));
        await calls.PutAsync(call, default);
        await calls.PutAsync(call with { CallId = "new", EndedAt = now }, default);
        await calls.PutAsync(call with { CallId = "live", EndedAt = null }, default);
        await channels.PutAsync(new ChannelRecord("channel", number, _bench.Device.DeviceId, "c", "s", "WebSockets", now.AddDays(-1), now.AddSeconds(30)), default);
        await SweepAsync();
        Assert.Null(await calls.GetAsync(number, "old", default));
        Assert.NotNull(await calls.GetAsync(number, "new", default));
        Assert.NotNull(await calls.GetAsync(number, "live", default));
        Assert.NotNull(await channels.GetAsync(_bench.Device, "channel", default));

        var (record, seen) = Assert.Single(await channels.ListExpiredAsync(now.AddMinutes(1), default), row => row.Record.PhoneNumber == number);
        await channels.PutAsync(record with { ExpiresAt = now.AddDays(1) }, default);
        Assert.False(await channels.TryDeleteAsync(record, seen, default));
    }

    [Fact]
    public async Task OldEventsGoOnceEveryReaderHasPassedThem()
    {
        var old = DateTimeOffset.UtcNow - new TimerOptions().Retention - TimeSpan.FromMinutes(1);
        for (var i = 0; i < 5; i++)
            await _bench.Log.AppendAsync(_bench.Device, new RegistrationEndedData($"r-{i}", RegistrationEndReason.RegistrationExpired, null), old, default);
        await _bench.AppendAsync(1);
        await _bench.AddReaderAsync(record => record with { Progress = new ReaderProgress { Cursor = 3 } });
        await _bench.AddReaderAsync(record => record with { Progress = new ReaderProgress { Cursor = 5 } });
        var answer = await Rig.Http.PostAsync("/trim", Envelope());
        Assert.True(answer.IsSuccessStatusCode);

        Assert.Equal([4L, 5, 6], (await _bench.Log.ReadAsync(_bench.Device, 0, 10, default)).Select(entry => entry.Position));
        Assert.Equal(7, (await _bench.Log.AppendAsync(_bench.Device, "id", new RegistrationEndedData("r", RegistrationEndReason.RegistrationExpired, null), old, default)).Event.Position);
    }

    private RegistrationStore Store => Rig.Services.GetRequiredService<RegistrationStore>();

    private RegistrationRecord Expired(string nodeId) => new(
        Guid.NewGuid().ToString(), _bench.Device.PhoneNumber, _bench.Device.DeviceId, "c", "s", nodeId, RegistrationState.Registered,
        DateTimeOffset.UtcNow.AddHours(-2), new DateTimeOffset(DateTimeOffset.UtcNow.AddMinutes(-5).Ticks / 10_000 * 10_000, TimeSpan.Zero));

    private async Task WriteAsync(RegistrationRecord record) => Assert.Equal(
        Reservation.Made, await Store.ReserveAsync(record, new RegistrationLimits(10, 10, 10), record.CreatedAt, default));

    /// <summary>The timer's function, as the host calls it. Its other parts may fail for want of a Web PubSub here.</summary>
    private async Task SweepAsync()
    {
        using var answer = await Rig.Http.PostAsync("/sweep", Envelope());
        Assert.NotEmpty(await answer.Content.ReadAsStringAsync());
    }

    private static StringContent Envelope() =>
        new("""{"Data":{"timer":{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}},"Metadata":{"sys":{"MethodName":"sweep"}}}""", Encoding.UTF8, "application/json");

    /// <summary>Takes what lies in the queue for this test's device.</summary>
    private async Task<List<DeliveryRequest>> RequestsAsync()
    {
        List<DeliveryRequest> found = [];
        var queue = Rig.Queues.GetQueueClient(QueueNames.Deliveries);
        while ((await queue.ReceiveMessagesAsync(32)).Value is { Length: > 0 } messages)
        {
            foreach (var message in messages)
            {
                found.Add(_bench.Queue.Read(message.MessageText)!);
                await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt);
            }
        }

        return [.. found.Where(request => request.Device == _bench.Device)];
    }
}

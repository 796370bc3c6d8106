using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.Tests.Platform.Tests.Stores;

[Collection(AzuriteCollection.Name)]
public class EventLogTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    private readonly EventLog _log = new(azurite.Tables);
    private readonly DeviceKey _device = new(AzuriteFixture.NewNumber(), "laptop");

    [Fact]
    public async Task Events_are_read_in_order_and_as_they_were_appended()
    {
        DeviceEventData[] data = [Invitation(1), Invitation(2) with { Invitation = false, Ending = new CallEnding(CallEndClass.Network, "busy", "486 Busy Here") },
            new RegistrationEndedData("r", RegistrationEndReason.RegistrationExpired, "because")];
        List<DeviceEvent> appended = [];
        foreach (var item in data)
            appended.Add(await _log.AppendAsync(_device, item, Now, default));

        Assert.Equal([1L, 2, 3], appended.Select(entry => entry.Position));
        Assert.Equal(appended, await _log.ReadAsync(_device, 0, 10, default));
    }

    [Fact]
    public async Task Reading_starts_after_the_cursor_and_stops_at_the_limit()
    {
        for (var at = 1; at <= 12; at++)
            await _log.AppendAsync(_device, Invitation(at), Now, default);

        Assert.Equal([5L, 6, 7], (await _log.ReadAsync(_device, 4, 3, default)).Select(entry => entry.Position));
        Assert.Empty(await _log.ReadAsync(_device, 12, 3, default));
        Assert.Empty(await _log.ReadAsync(new DeviceKey(_device.PhoneNumber, "phone"), 0, 3, default));
    }

    /// <summary>The node whose clock says so, the one that takes over from it, and a timer in functions.</summary>
    [Fact]
    public async Task A_registration_ends_once_however_many_notice()
    {
        await _log.AppendAsync(_device, Invitation(1), Now, default);
        for (var round = 1; round <= 4; round++)
        {
            var ended = new RegistrationEndedData($"registration-{round}", RegistrationEndReason.RegistrationExpired, null);
            var told = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => new EventLog(azurite.Tables).AppendAsync(_device, ended, Now, default))));
            await _log.AppendAsync(_device, Invitation(round), Now, default);

            Assert.Single(told.DistinctBy(entry => (entry.Position, entry.EventId)));
            Assert.Equal(ended, Assert.IsType<RegistrationEndedData>((await _log.AppendAsync(_device, ended, Now, default)).Data));
        }

        var log = await _log.ReadAsync(_device, 0, 100, default);
        Assert.Equal(4, log.Count(entry => entry.Data is RegistrationEndedData));
        Assert.Equal(Enumerable.Range(1, 9).Select(position => (long)position), log.Select(entry => entry.Position));
    }

    [Theory]
    [InlineData(2, 12)]
    [InlineData(5, 6)]
    public async Task Concurrent_writers_leave_no_gap_and_no_twin(int writers, int each)
    {
        var appended = await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            // Each with a log of its own, as in processes of their own: nothing is shared but the table.
            var log = new EventLog(azurite.Tables);
            List<DeviceEvent> mine = [];
            for (var at = 1; at <= each; at++)
                mine.Add(await log.AppendAsync(_device, Invitation((writer * 100) + at), Now, default));
            return mine;
        })));

        var read = await _log.ReadAsync(_device, 0, 1_000, default);
        Assert.Equal(Enumerable.Range(1, writers * each).Select(position => (long)position), read.Select(entry => entry.Position));
        Assert.Equal(appended.SelectMany(mine => mine).OrderBy(entry => entry.Position), read);
        Assert.All(appended, mine => Assert.Equal(mine.Select(entry => entry.Position).Order(), mine.Select(entry => entry.Position)));
    }

    [Fact]
    public async Task Appending_again_with_the_same_id_gives_the_stored_event()
    {
        var first = (await _log.AppendAsync(_device, "id-1", Invitation(1), Now, default)).Event;

        var again = (await new EventLog(azurite.Tables).AppendAsync(_device, "id-1", Invitation(1), Now.AddSeconds(5), default)).Event;

        Assert.Equal(first, again);
        Assert.Equal([first], await _log.ReadAsync(_device, 0, 10, default));
    }

    [Fact]
    public async Task An_sdp_of_64_KiB_fits_and_a_longer_one_is_refused()
    {
        var largest = Invitation(1) with { OfferSdp = new string('a', 64 * 1024), AnswerSdp = new string('é', 32 * 1024) };

        var entry = await _log.AppendAsync(_device, largest, Now, default);

        Assert.Equal([entry], await _log.ReadAsync(_device, 0, 10, default));
        await Assert.ThrowsAsync<ArgumentException>(() => _log.AppendAsync(_device, largest with { OfferSdp = new string('a', (64 * 1024) + 1) }, Now, default));
    }

    [Fact]
    public async Task Appends_say_that_the_device_is_read_until_nobody_reads_any_more()
    {
        await _log.AppendAsync(_device, Invitation(1), Now, default);
        await new EventLog(azurite.Tables).AnnounceReadersAsync(_device, default);
        Assert.True((await _log.AppendAsync(_device, "2", Invitation(2), Now, default)).HasReaders);

        // Somebody begins to read between the look and the change: the mark stays.
        await _log.RetractReadersAsync(_device, async () =>
        {
            await _log.AnnounceReadersAsync(_device, default);
            return false;
        }, default);
        Assert.True((await _log.AppendAsync(_device, "3", Invitation(3), Now, default)).HasReaders);
        await _log.RetractReadersAsync(_device, () => Task.FromResult(true), default);
        Assert.True((await _log.AppendAsync(_device, "4", Invitation(4), Now, default)).HasReaders);
        await _log.RetractReadersAsync(_device, () => Task.FromResult(false), default);
        Assert.False((await _log.AppendAsync(_device, "5", Invitation(5), Now, default)).HasReaders);
        Assert.Equal([1L, 2, 3, 4, 5], (await _log.ReadAsync(_device, 0, 10, default)).Select(entry => entry.Position));
    }

    [Fact]
    public async Task Milestones_do_not_belong_in_the_log() =>
        await Assert.ThrowsAsync<ArgumentException>(() => _log.AppendAsync(_device, new CallMilestoneData("c", "m", null), Now, default));

    private static CallEventData Invitation(int sequence) => new(
        true, "call", sequence, CallStatus.Initial, "tel:+34600111222", "Ann", "tel:+34600333444", null, "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\n", null, null, null);
}

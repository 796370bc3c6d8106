using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.Tests.Platform.Tests.Stores;

[Collection(AzuriteCollection.Name)]
public class RegistrationStoreTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    private static readonly RegistrationLimits Limits = new(10, 10, 10);

    private readonly RegistrationStore _store = new(azurite.Tables);

    [Fact]
    public async Task A_reserved_registration_is_read_as_it_was_written()
    {
        var record = Registration(AzuriteFixture.NewNumber());

        Assert.Equal(Reservation.Made, await _store.ReserveAsync(record, Limits, Now, default));

        Assert.Equal(record, await _store.GetAsync(record.PhoneNumber, record.RegistrationId, default));
        Assert.Equal([record], await _store.ListByNumberAsync(record.PhoneNumber, default));
    }

    [Fact]
    public async Task Of_racing_reservations_of_one_device_exactly_one_wins()
    {
        for (var round = 0; round < 5; round++)
        {
            var number = AzuriteFixture.NewNumber();
            var racers = Enumerable.Range(0, 8).Select(_ => Registration(number)).ToArray();

            var won = await Task.WhenAll(racers.Select(racer => Task.Run(() => _store.ReserveAsync(racer, Limits, Now, default))));

            var winner = racers[Array.IndexOf(won, Reservation.Made)];
            Assert.Single(won, Reservation.Made);
            Assert.Equal([winner], await _store.ListByNumberAsync(number, default));
        }
    }

    [Theory]
    [InlineData(3, 10, 10, Reservation.NumberFull)]
    [InlineData(10, 3, 10, Reservation.UserFull)]
    [InlineData(10, 10, 3, Reservation.TooManyDevices)]
    public async Task A_limit_holds_when_devices_race_for_the_last_places(int perNumber, int perUser, int devices, Reservation refusal)
    {
        var number = AzuriteFixture.NewNumber();
        var limits = new RegistrationLimits(perNumber, perUser, devices);
        var racers = Enumerable.Range(0, 8).Select(at => Registration(number, $"device-{at}")).ToArray();

        var outcomes = await Task.WhenAll(racers.Select(racer => Task.Run(() => _store.ReserveAsync(racer, limits, Now, default))));

        Assert.Equal(3, outcomes.Count(outcome => outcome == Reservation.Made));
        Assert.Equal(5, outcomes.Count(outcome => outcome == refusal));
        Assert.Equal(3, (await _store.ListByNumberAsync(number, default)).Count);
    }

    [Fact]
    public async Task Limits_count_neither_the_expired_nor_other_users()
    {
        var number = AzuriteFixture.NewNumber();
        var limits = new RegistrationLimits(3, 1, 1);
        var expired = Registration(number, "old") with { ExpiresAt = Now };
        var another = Registration(number, "another") with { Subject = "somebody else" };
        Assert.Equal(Reservation.Made, await _store.ReserveAsync(expired, limits, Now.AddHours(-1), default));
        Assert.Equal(Reservation.Made, await _store.ReserveAsync(another, limits, Now, default));

        Assert.Equal(Reservation.Made, await _store.ReserveAsync(Registration(number, "new"), limits, Now, default));

        Assert.Equal(Reservation.UserFull, await _store.ReserveAsync(Registration(number, "next"), limits, Now, default));
    }

    [Fact]
    public async Task A_place_that_was_left_is_free_again()
    {
        var number = AzuriteFixture.NewNumber();
        var limits = new RegistrationLimits(1, 1, 1);
        var first = Registration(number, "first");
        Assert.Equal(Reservation.Made, await _store.ReserveAsync(first, limits, Now, default));
        Assert.Equal(Reservation.NumberFull, await _store.ReserveAsync(Registration(number, "second"), limits, Now, default));

        await _store.DeleteAsync(first, default);

        Assert.Equal(Reservation.Made, await _store.ReserveAsync(Registration(number, "second"), limits, Now, default));
    }

    [Fact]
    public async Task Two_devices_of_a_number_are_registered_side_by_side()
    {
        var number = AzuriteFixture.NewNumber();

        Assert.Equal(Reservation.Made, await _store.ReserveAsync(Registration(number, "phone"), Limits, Now, default));
        Assert.Equal(Reservation.Made, await _store.ReserveAsync(Registration(number, "laptop"), Limits, Now, default));

        Assert.Equal(2, (await _store.ListByNumberAsync(number, default)).Count);
    }

    [Fact]
    public async Task An_expired_registration_is_replaced_and_gone()
    {
        var number = AzuriteFixture.NewNumber();
        var old = Registration(number) with { ExpiresAt = Now.AddSeconds(-1) };
        Assert.Equal(Reservation.Made, await _store.ReserveAsync(old, Limits, Now.AddHours(-1), default));

        var renewed = Registration(number);
        Assert.Equal(Reservation.Made, await _store.ReserveAsync(renewed, Limits, Now, default));

        Assert.Equal([renewed], await _store.ListByNumberAsync(number, default));
        Assert.Equal(Reservation.DeviceTaken, await _store.ReserveAsync(Registration(number), Limits, Now, default));
    }

    [Fact]
    public async Task Deleting_frees_the_device_and_may_be_repeated()
    {
        var record = Registration(AzuriteFixture.NewNumber());
        Assert.Equal(Reservation.Made, await _store.ReserveAsync(record, Limits, Now, default));

        await _store.DeleteAsync(record, default);
        await _store.DeleteAsync(record, default);

        Assert.Null(await _store.GetAsync(record.PhoneNumber, record.RegistrationId, default));
        Assert.Equal(Reservation.Made, await _store.ReserveAsync(Registration(record.PhoneNumber), Limits, Now, default));
    }

    [Fact]
    public async Task Deleting_late_leaves_the_device_to_its_new_registration()
    {
        var number = AzuriteFixture.NewNumber();
        var old = Registration(number) with { ExpiresAt = Now };
        Assert.Equal(Reservation.Made, await _store.ReserveAsync(old, Limits, Now.AddHours(-1), default));
        var renewed = Registration(number);
        Assert.Equal(Reservation.Made, await _store.ReserveAsync(renewed, Limits, Now, default));

        await _store.DeleteAsync(old, default);

        Assert.Equal([renewed], await _store.ListByNumberAsync(number, default));
        Assert.Equal(Reservation.DeviceTaken, await _store.ReserveAsync(Registration(number), Limits, Now, default));
    }

    [Fact]
    public async Task An_update_moves_the_expiry_of_the_device_as_well()
    {
        var record = Registration(AzuriteFixture.NewNumber()) with { ExpiresAt = Now.AddMinutes(1) };
        Assert.Equal(Reservation.Made, await _store.ReserveAsync(record, Limits, Now, default));

        var extended = record with { State = RegistrationState.Registered, ExpiresAt = Now.AddHours(2) };
        await _store.UpdateAsync(extended, default);

        Assert.Equal(extended, await _store.GetAsync(record.PhoneNumber, record.RegistrationId, default));
        Assert.Equal(Reservation.DeviceTaken, await _store.ReserveAsync(Registration(record.PhoneNumber), Limits, Now.AddHours(1), default));
    }

    [Fact]
    public async Task Registrations_are_found_by_the_node_that_holds_them()
    {
        var node = "node-" + Guid.NewGuid();
        var mine = Registration(AzuriteFixture.NewNumber()) with { NodeId = node };
        var moved = Registration(AzuriteFixture.NewNumber()) with { NodeId = node };
        var other = Registration(AzuriteFixture.NewNumber());
        foreach (var record in new[] { mine, moved, other })
            Assert.Equal(Reservation.Made, await _store.ReserveAsync(record, Limits, Now, default));

        Assert.True(await _store.TryAdoptAsync(moved with { NodeId = "node-next" }, node, default));

        Assert.Equal([mine], await _store.ListByNodeAsync(node, default));
        Assert.Contains(moved with { NodeId = "node-next" }, await _store.ListByNodeAsync("node-next", default));
    }

    [Fact]
    public async Task Of_racing_adopters_exactly_one_wins()
    {
        var record = Registration(AzuriteFixture.NewNumber());
        Assert.Equal(Reservation.Made, await _store.ReserveAsync(record, Limits, Now, default));

        var won = await Task.WhenAll(Enumerable.Range(0, 6).Select(
            at => Task.Run(() => _store.TryAdoptAsync(record with { NodeId = $"adopter-{at}" }, record.NodeId, default))));

        Assert.Single(won, true);
        var holder = (await _store.GetAsync(record.PhoneNumber, record.RegistrationId, default))!.NodeId;
        Assert.Equal($"adopter-{Array.IndexOf(won, true)}", holder);
    }

    [Fact]
    public async Task What_was_offered_is_taken_once_and_by_who_was_offered_it()
    {
        var record = Registration(AzuriteFixture.NewNumber());
        Assert.Equal(Reservation.Made, await _store.ReserveAsync(record, Limits, Now, default));
        Assert.False(await TakeAsync(Guid.Empty));
        var first = await _store.OfferAsync(record, default);
        var second = await _store.OfferAsync(record, default);

        Assert.False(await TakeAsync(first!.Value));
        Assert.True(await TakeAsync(second!.Value));
        Assert.False(await TakeAsync(second.Value));
        Assert.Equal(record with { NodeId = "taker" }, await _store.GetAsync(record.PhoneNumber, record.RegistrationId, default));
        Assert.False(await _store.TryWithdrawAsync(record, default));
        Assert.Null(await _store.OfferAsync(record, default));

        Task<bool> TakeAsync(Guid offer) => _store.TryTakeAsync(record with { NodeId = "taker" }, record.NodeId, offer, default);
    }

    [Fact]
    public async Task What_was_withdrawn_changed_or_deleted_cannot_be_taken()
    {
        var record = Registration(AzuriteFixture.NewNumber());
        Assert.Equal(Reservation.Made, await _store.ReserveAsync(record, Limits, Now, default));
        foreach (var happens in new Func<Task>[]
                 {
                     async () => Assert.True(await _store.TryWithdrawAsync(record, default)),
                     () => _store.UpdateAsync(record, default),
                     () => _store.DeleteAsync(record, default),
                 })
        {
            var offer = await _store.OfferAsync(record, default);
            await happens();
            Assert.False(await _store.TryTakeAsync(record with { NodeId = "late" }, record.NodeId, offer!.Value, default));
        }

        Assert.True(await _store.TryWithdrawAsync(record, default));
    }

    /// <summary>Whoever comes first, the registration is in one hand afterwards, and both know in whose.</summary>
    [Fact]
    public async Task Of_a_taking_and_a_withdrawal_at_once_one_happens()
    {
        for (var round = 0; round < 10; round++)
        {
            var record = Registration(AzuriteFixture.NewNumber());
            Assert.Equal(Reservation.Made, await _store.ReserveAsync(record, Limits, Now, default));
            var offer = await _store.OfferAsync(record, default);
            var taken = Task.Run(() => _store.TryTakeAsync(record with { NodeId = "taker" }, record.NodeId, offer!.Value, default));
            var withdrawn = Task.Run(() => _store.TryWithdrawAsync(record, default));
            Assert.NotEqual(await taken, await withdrawn);
            Assert.Equal(await taken ? "taker" : record.NodeId, (await _store.GetAsync(record.PhoneNumber, record.RegistrationId, default))!.NodeId);
        }
    }

    [Theory]
    [InlineData("device:laptop")]
    [InlineData("a/b\\c#d?e'f%20 g")]
    [InlineData("ünïcode-📱")]
    public async Task Ids_from_an_address_name_no_other_row(string foreignId)
    {
        var record = Registration(AzuriteFixture.NewNumber(), "laptop");
        Assert.Equal(Reservation.Made, await _store.ReserveAsync(record, Limits, Now, default));

        Assert.Null(await _store.GetAsync(record.PhoneNumber, foreignId, default));
    }

    [Theory]
    [InlineData("a/b\\c#d?e'f%20 g+h=i")]
    [InlineData("ünïcode-📱")]
    [InlineData("'' or 1 eq 1")]
    public async Task Device_ids_may_hold_any_text(string deviceId)
    {
        var record = Registration(AzuriteFixture.NewNumber(), deviceId);

        Assert.Equal(Reservation.Made, await _store.ReserveAsync(record, Limits, Now, default));

        Assert.Equal(Reservation.DeviceTaken, await _store.ReserveAsync(Registration(record.PhoneNumber, deviceId), Limits, Now, default));
        Assert.Equal([record], await _store.ListByNumberAsync(record.PhoneNumber, default));
    }

    private static RegistrationRecord Registration(string number, string deviceId = "laptop") => new(
        Guid.NewGuid().ToString(), number, deviceId, "client", "subject", "node-1", RegistrationState.Registering, Now, Now.AddHours(1));
}

using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.Tests.Platform.Tests.Stores;

[Collection(AzuriteCollection.Name)]
public class RegistrationStoreTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

    private readonly RegistrationStore _store = new(azurite.Tables);

    [Fact]
    public async Task A_reserved_registration_is_read_as_it_was_written()
    {
        var record = Registration(AzuriteFixture.NewNumber());

        Assert.True(await _store.TryReserveAsync(record, Now, default));

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

            var won = await Task.WhenAll(racers.Select(racer => Task.Run(() => _store.TryReserveAsync(racer, Now, default))));

            var winner = racers[Array.IndexOf(won, true)];
            Assert.Single(won, true);
            Assert.Equal([winner], await _store.ListByNumberAsync(number, default));
        }
    }

    [Fact]
    public async Task Two_devices_of_a_number_are_registered_side_by_side()
    {
        var number = AzuriteFixture.NewNumber();

        Assert.True(await _store.TryReserveAsync(Registration(number, "phone"), Now, default));
        Assert.True(await _store.TryReserveAsync(Registration(number, "laptop"), Now, default));

        Assert.Equal(2, (await _store.ListByNumberAsync(number, default)).Count);
    }

    [Fact]
    public async Task An_expired_registration_is_replaced_and_gone()
    {
        var number = AzuriteFixture.NewNumber();
        var old = Registration(number) with { ExpiresAt = Now.AddSeconds(-1) };
        Assert.True(await _store.TryReserveAsync(old, Now.AddHours(-1), default));

        var renewed = Registration(number);
        Assert.True(await _store.TryReserveAsync(renewed, Now, default));

        Assert.Equal([renewed], await _store.ListByNumberAsync(number, default));
        Assert.False(await _store.TryReserveAsync(Registration(number), Now, default));
    }

    [Fact]
    public async Task Deleting_frees_the_device_and_may_be_repeated()
    {
        var record = Registration(AzuriteFixture.NewNumber());
        Assert.True(await _store.TryReserveAsync(record, Now, default));

        await _store.DeleteAsync(record, default);
        await _store.DeleteAsync(record, default);

        Assert.Null(await _store.GetAsync(record.PhoneNumber, record.RegistrationId, default));
        Assert.True(await _store.TryReserveAsync(Registration(record.PhoneNumber), Now, default));
    }

    [Fact]
    public async Task Deleting_late_leaves_the_device_to_its_new_registration()
    {
        var number = AzuriteFixture.NewNumber();
        var old = Registration(number) with { ExpiresAt = Now };
        Assert.True(await _store.TryReserveAsync(old, Now.AddHours(-1), default));
        var renewed = Registration(number);
        Assert.True(await _store.TryReserveAsync(renewed, Now, default));

        await _store.DeleteAsync(old, default);

        Assert.Equal([renewed], await _store.ListByNumberAsync(number, default));
        Assert.False(await _store.TryReserveAsync(Registration(number), Now, default));
    }

    [Fact]
    public async Task An_update_moves_the_expiry_of_the_device_as_well()
    {
        var record = Registration(AzuriteFixture.NewNumber()) with { ExpiresAt = Now.AddMinutes(1) };
        Assert.True(await _store.TryReserveAsync(record, Now, default));

        var extended = record with { State = RegistrationState.Registered, ExpiresAt = Now.AddHours(2) };
        await _store.UpdateAsync(extended, default);

        Assert.Equal(extended, await _store.GetAsync(record.PhoneNumber, record.RegistrationId, default));
        Assert.False(await _store.TryReserveAsync(Registration(record.PhoneNumber), Now.AddHours(1), default));
    }

    [Fact]
    public async Task Registrations_are_found_by_the_node_that_holds_them()
    {
        var node = "node-" + Guid.NewGuid();
        var mine = Registration(AzuriteFixture.NewNumber()) with { NodeId = node };
        var moved = Registration(AzuriteFixture.NewNumber()) with { NodeId = node };
        var other = Registration(AzuriteFixture.NewNumber());
        foreach (var record in new[] { mine, moved, other })
            Assert.True(await _store.TryReserveAsync(record, Now, default));

        Assert.True(await _store.TryAdoptAsync(moved with { NodeId = "node-next" }, node, default));

        Assert.Equal([mine], await _store.ListByNodeAsync(node, default));
        Assert.Contains(moved with { NodeId = "node-next" }, await _store.ListByNodeAsync("node-next", default));
    }

    [Fact]
    public async Task Of_racing_adopters_exactly_one_wins()
    {
        var record = Registration(AzuriteFixture.NewNumber());
        Assert.True(await _store.TryReserveAsync(record, Now, default));

        var won = await Task.WhenAll(Enumerable.Range(0, 6).Select(
            at => Task.Run(() => _store.TryAdoptAsync(record with { NodeId = $"adopter-{at}" }, record.NodeId, default))));

        Assert.Single(won, true);
        var holder = (await _store.GetAsync(record.PhoneNumber, record.RegistrationId, default))!.NodeId;
        Assert.Equal($"adopter-{Array.IndexOf(won, true)}", holder);
    }

    [Theory]
    [InlineData("device:laptop")]
    [InlineData("a/b\\c#d?e'f%20 g")]
    [InlineData("ünïcode-📱")]
    public async Task Ids_from_an_address_name_no_other_row(string foreignId)
    {
        var record = Registration(AzuriteFixture.NewNumber(), "laptop");
        Assert.True(await _store.TryReserveAsync(record, Now, default));

        Assert.Null(await _store.GetAsync(record.PhoneNumber, foreignId, default));
    }

    [Theory]
    [InlineData("a/b\\c#d?e'f%20 g+h=i")]
    [InlineData("ünïcode-📱")]
    [InlineData("'' or 1 eq 1")]
    public async Task Device_ids_may_hold_any_text(string deviceId)
    {
        var record = Registration(AzuriteFixture.NewNumber(), deviceId);

        Assert.True(await _store.TryReserveAsync(record, Now, default));

        Assert.False(await _store.TryReserveAsync(Registration(record.PhoneNumber, deviceId), Now, default));
        Assert.Equal([record], await _store.ListByNumberAsync(record.PhoneNumber, default));
    }

    private static RegistrationRecord Registration(string number, string deviceId = "laptop") => new(
        Guid.NewGuid().ToString(), number, deviceId, "client", "subject", "node-1", RegistrationState.Registering, Now, Now.AddHours(1));
}

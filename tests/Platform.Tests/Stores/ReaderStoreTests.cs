using System.Security.Cryptography;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.Tests.Platform.Tests.Stores;

[Collection(AzuriteCollection.Name)]
public class ReaderStoreTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);
    private static readonly byte[] PoolKey = RandomNumberGenerator.GetBytes(32);

    private readonly ReaderStore _store = new(azurite.Tables, PoolKey);
    private readonly DeviceKey _device = new(AzuriteFixture.NewNumber(), "laptop");

    [Fact]
    public async Task A_reader_is_read_as_it_was_written_whatever_it_holds()
    {
        var least = Reader("least");
        var most = Reader("most") with
        {
            Kind = ReaderKind.Apns,
            Dialect = EventDialect.CamaraR22,
            Credential = "secret",
            Kinds = EventKinds.SessionStatus | EventKinds.RegistrationEnds,
            CallId = "call",
            RegistrationId = "registration",
            InitialEvent = true,
            ExpiresAt = Now.AddHours(1),
            CredentialExpiresAt = Now.AddMinutes(30),
            CredentialEndsAt = Now.AddMinutes(28),
            MaxEvents = 5,
            State = ReaderState.Ending,
            EndReason = ReaderEndReason.AccessTokenExpired,
            EndedAt = Now.AddMinutes(28),
            Progress = new ReaderProgress
            {
                Cursor = 7,
                Delivered = 3,
                Failures = 2,
                FailingSince = Now,
                RetryAt = Now.AddSeconds(4),
                LeaseHolder = "somebody",
                LeaseUntil = Now.AddSeconds(20),
            },
        };
        foreach (var reader in new[] { least, most })
        {
            await _store.AddAsync(reader, default);
            Assert.Equal(reader, (await _store.GetAsync(_device, reader.ReaderId, default))!.Record);
            Assert.Equal(reader, (await _store.FindAsync(_device.PhoneNumber, reader.ReaderId, default))!.Record);
        }

        Assert.Equal((Now.AddMinutes(28), ReaderEndReason.AccessTokenExpired), most.End!.Value);
        Assert.Null(least.End);
        Assert.Null(await _store.FindAsync(AzuriteFixture.NewNumber(), "most", default));
    }

    [Fact]
    public async Task A_device_has_its_own_readers_and_a_number_all_of_them()
    {
        var neighbours = new[] { "laptop", "laptop2", "lap", "laptop:x" };
        foreach (var deviceId in neighbours)
            await _store.AddAsync(Reader("r-" + deviceId) with { DeviceId = deviceId }, default);

        Assert.Equal("r-laptop", Assert.Single(await _store.ListAsync(_device, default)).Record.ReaderId);
        Assert.Equal(4, (await _store.ListByNumberAsync(_device.PhoneNumber, default)).Count);
        List<string> all = [];
        await foreach (var reader in _store.ListAllAsync(default))
            all.Add(reader.Record.ReaderId);
        Assert.Superset(neighbours.Select(deviceId => "r-" + deviceId).ToHashSet(), all.ToHashSet());
    }

    [Fact]
    public async Task Of_two_changes_one_has_to_look_again()
    {
        var seen = await _store.AddAsync(Reader("raced"), default);
        var first = await _store.TryReplaceAsync(seen, seen.Record with { MaxEvents = 1 }, default);
        Assert.Null(await _store.TryReplaceAsync(seen, seen.Record with { MaxEvents = 2 }, default));
        Assert.False(await _store.TryDeleteAsync(seen, default));
        await _store.TouchAsync(seen.Record, default);
        Assert.Null(await _store.TryReplaceAsync(first!, first!.Record with { MaxEvents = 3 }, default));

        var last = await _store.GetAsync(_device, "raced", default);
        Assert.Equal(1, last!.Record.MaxEvents);
        var deletions = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _store.TryDeleteAsync(last, default)));
        Assert.Equal(1, deletions.Count(isMine => isMine));
        await _store.TouchAsync(seen.Record, default);
        Assert.Null(await _store.GetAsync(_device, "raced", default));
    }

    [Fact]
    public async Task Target_and_credential_open_with_the_pools_key_only_and_no_text_shows_them()
    {
        var reader = Reader("sealed") with { Target = "https://sink.example/", Credential = "secret" };
        await _store.AddAsync(reader, default);
        await Assert.ThrowsAnyAsync<CryptographicException>(() => new ReaderStore(azurite.Tables, new byte[32]).GetAsync(_device, "sealed", default));
        Assert.DoesNotContain("secret", reader.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("sink.example", reader.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(_device.PhoneNumber, reader.ToString(), StringComparison.Ordinal);
    }

    private ReaderRecord Reader(string id) => new()
    {
        ReaderId = id,
        PhoneNumber = _device.PhoneNumber,
        DeviceId = _device.DeviceId,
        ClientId = "client",
        Subject = "subject",
        Kind = ReaderKind.Webhook,
        Dialect = EventDialect.Camara,
        Target = "https://asp.example/sink",
        Kinds = EventKinds.All,
        CreatedAt = Now,
    };
}

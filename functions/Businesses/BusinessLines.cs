using Byon.Functions.Security;
using Byon.Platform.Records;
using Byon.Platform.Stores;

namespace Byon.Functions.Businesses;

/// <summary>
/// Gives the registrations of businesses their numbers. A drawn number is one registration's until it ends: by its end or
/// failure at once, by expiry with a grace time. A number whose registration vanished otherwise (the network ended it,
/// a process died in between) is taken back when no other is free.
/// </summary>
internal sealed class BusinessLines(LineStore store, RegistrationStore registrations, BusinessDirectory businesses, TimeProvider clock)
{
    /// <summary>A conflict means that somebody else has drawn: this many must be faster before one gives up.</summary>
    private const int DrawAttempts = 64;

    private const int ReclaimReads = 32;

    /// <summary>Longer than a registration may take: a line this old without one is abandoned.</summary>
    private static readonly TimeSpan RegisteringTakes = TimeSpan.FromMinutes(1);

    /// <summary>The node ends registrations by its own clock.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    public bool Serves(Caller caller) => businesses.Find(caller) is not null;

    /// <param name="wished">The number the client names; null to draw one.</param>
    /// <param name="until">When the registration is going to expire.</param>
    public async Task<Outcome<LineRecord>> OpenAsync(
        Caller caller, string? wished, string deviceId, string registrationId, DateTimeOffset until, CancellationToken cancel)
    {
        var business = businesses.Find(caller);
        if (wished is null && business is not { DrawsNumbers: true })
        {
            return Problems.NoNumberInToken();
        }

        if (business is null || (wished is not null && !business.Numbers.Contains(wished)))
        {
            return Problems.NumberNotOfClient();
        }

        var line = new LineRecord(caller.ClientId, wished ?? "", deviceId, registrationId, business.DrawsNumbers, clock.GetUtcNow(), until + Grace);
        if (business.DrawsNumbers)
        {
            return await DrawAsync(line, wished is null ? business.Numbers : [wished], cancel);
        }

        await ForgetExpiredAsync(caller.ClientId, cancel);
        await store.AddNamedAsync(line, cancel);
        return line;
    }

    /// <summary>Before a refresh, so that the number cannot be drawn by another in between. False: it is not theirs any more.</summary>
    public async Task<bool> TryExtendAsync(Caller caller, RegistrationRecord registration, DateTimeOffset until, CancellationToken cancel)
    {
        var seen = await store.ListAsync(caller.ClientId, cancel);
        return Find(seen, registration.RegistrationId) is { } line && await store.TryExtendAsync(seen, line, until + Grace, cancel);
    }

    public async Task CloseAsync(Caller caller, string registrationId, CancellationToken cancel)
    {
        var seen = await store.ListAsync(caller.ClientId, cancel);
        if (Find(seen, registrationId) is { } line)
        {
            await store.CloseAsync(seen, line, cancel);
        }
    }

    /// <summary>A business with the number of the line that a body means by its device or registration; any other caller as it is.</summary>
    public async Task<Caller> IdentifyAsync(Caller caller, string? deviceId, string? registrationId, CancellationToken cancel)
    {
        if (caller.PhoneNumber is not null || !Serves(caller))
        {
            return caller;
        }

        var held = await ListAsync(caller, cancel);
        var line = held.FirstOrDefault(line => registrationId is null ? line.DeviceId == deviceId : line.RegistrationId == registrationId);
        return line is null ? caller : caller with { PhoneNumber = line.PhoneNumber };
    }

    /// <summary>The numbers that a caller speaks for now.</summary>
    public async Task<IReadOnlyList<string>> NumbersAsync(Caller caller, CancellationToken cancel) =>
        caller.PhoneNumber is { } number ? [number]
        : Serves(caller) ? [.. (await ListAsync(caller, cancel)).Select(line => line.PhoneNumber).Distinct()]
        : [];

    /// <summary>The lines a business holds now, newest first; one query.</summary>
    public async Task<IReadOnlyList<LineRecord>> ListAsync(Caller caller, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        return [.. (await store.ListAsync(caller.ClientId, cancel)).Lines.Where(line => line.ExpiresAt > now).OrderByDescending(line => line.OpenedAt)];
    }

    private static LineRecord? Find(ClientLines seen, string registrationId) => seen.Lines.FirstOrDefault(line => line.RegistrationId == registrationId);

    private async Task<Outcome<LineRecord>> DrawAsync(LineRecord wanted, IReadOnlyList<string> numbers, CancellationToken cancel)
    {
        for (var attempt = 0; attempt < DrawAttempts; attempt++)
        {
            var seen = await store.ListAsync(wanted.ClientId, cancel);
            var now = clock.GetUtcNow();
            var inUse = seen.Lines.Where(line => line.IsDrawn && line.ExpiresAt > now).ToList();
            if (inUse.Find(line => line.DeviceId == wanted.DeviceId) is { } ofDevice)
            {
                // A try whose answer was lost has drawn it.
                return ofDevice.RegistrationId == wanted.RegistrationId ? ofDevice : Problems.AlreadyRegistered();
            }

            string[] free = [.. numbers.Except(inUse.Select(line => line.PhoneNumber))];
            var number = free.Length > 0 ? free[Random.Shared.Next(free.Length)] : await FindAbandonedAsync(inUse, numbers, now, cancel);
            if (number is null)
            {
                return Problems.NumbersInUse();
            }

            var line = wanted with { PhoneNumber = number };
            if (await store.TryDrawAsync(seen, line, cancel))
            {
                return line;
            }
        }

        return Problems.Unavailable("Too many devices are drawing numbers at once.");
    }

    private async Task<string?> FindAbandonedAsync(List<LineRecord> inUse, IReadOnlyList<string> numbers, DateTimeOffset now, CancellationToken cancel)
    {
        var old = inUse.Where(line => now - line.OpenedAt > RegisteringTakes && numbers.Contains(line.PhoneNumber)).ToArray();
        Random.Shared.Shuffle(old);
        foreach (var line in old.Take(ReclaimReads))
        {
            if (await registrations.GetAsync(line.PhoneNumber, line.RegistrationId, cancel) is null)
            {
                return line.PhoneNumber;
            }
        }

        return null;
    }

    /// <summary>Drawn lines are replaced; those of named numbers would pile up.</summary>
    private async Task ForgetExpiredAsync(string clientId, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var seen = await store.ListAsync(clientId, cancel);
        foreach (var line in seen.Lines.Where(line => !line.IsDrawn && line.ExpiresAt <= now).Take(ReclaimReads))
        {
            await store.CloseAsync(seen, line, cancel);
        }
    }
}

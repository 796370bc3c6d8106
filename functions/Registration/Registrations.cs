using Byon.Functions.Businesses;
using Byon.Functions.Nodes;
using Byon.Functions.Security;
using Byon.Platform.Control;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Registration;

/// <summary>A device that wants to be registered.</summary>
/// <param name="WishedExpiry">Null for the operator's default.</param>
internal sealed record NewRegistration(string DeviceId, DateTimeOffset? WishedExpiry)
{
    public ExpiryRule Expiry { get; init; }

    /// <summary>An active registration of the same caller, device and number gives way. Otherwise it makes the request fail.</summary>
    public bool Replaces { get; init; }

    /// <summary>The number a business wants; a subscriber's is in the token.</summary>
    public string? PhoneNumber { get; init; }
}

/// <summary>The operations on registrations, whatever surface asks: reads come from the table, commands go to a media node.</summary>
internal sealed class Registrations(RegistrationStore store, BusinessLines lines, NodePool nodes, TimeProvider clock, IOptions<RegistrationOptions> options)
{
    private readonly RegistrationOptions _policy = options.Value;

    /// <summary>The caller's active registrations of a device; an empty list, never 404.</summary>
    public async Task<Outcome<List<RegistrationRecord>>> ListAsync(Caller caller, string deviceId, CancellationToken cancel)
    {
        if (caller.PhoneNumber is { } number)
        {
            return await ListAsync([number], caller, deviceId, cancel);
        }

        if (!lines.Serves(caller))
        {
            return Problems.NoNumberInToken();
        }

        var held = await lines.ListAsync(caller, cancel);
        return await ListAsync(held.Where(line => line.DeviceId == deviceId).Select(line => line.PhoneNumber).Distinct(), caller, deviceId, cancel);
    }

    /// <param name="receivedAt">When the request came: expiry counts from there.</param>
    public async Task<Outcome<RegistrationRecord>> CreateAsync(Caller caller, NewRegistration wanted, DateTimeOffset receivedAt, CancellationToken cancel)
    {
        var (expiresAt, outOfRange) = RegistrationExpiry.Decide(wanted.WishedExpiry, receivedAt, _policy, wanted.Expiry);
        if (outOfRange is not null)
        {
            return outOfRange;
        }

        var registrationId = Guid.NewGuid().ToString("D");
        if (caller.IsTwoLegged)
        {
            return await CreateForBusinessAsync(caller, wanted, registrationId, expiresAt, cancel);
        }

        if (wanted.PhoneNumber is not null)
        {
            return Problems.NumberOfToken();
        }

        var command = CommandFor(caller, caller.PhoneNumber!, wanted.DeviceId, registrationId, expiresAt);
        var reply = await nodes.RegisterAsync(command, cancel);
        if (reply.Refusal?.Fault == ControlFault.AlreadyExists && wanted.Replaces && await EndStaleAsync(caller, wanted.DeviceId, cancel))
        {
            reply = await nodes.RegisterAsync(command, cancel);
        }

        return reply.Outcome;
    }

    public async Task<Outcome<RegistrationRecord>> GetAsync(Caller caller, string? registrationId, CancellationToken cancel) =>
        await FindAsync(registrationId, caller, cancel) is { } found ? found : Problems.NotFound();

    /// <param name="receivedAt">When the request came: the new expiry counts from there, not from the old one.</param>
    public async Task<Outcome<RegistrationRecord>> RefreshAsync(
        Caller caller, string? registrationId, DateTimeOffset? wishedExpiry, DateTimeOffset receivedAt, CancellationToken cancel,
        ExpiryRule expiry = ExpiryRule.RefuseOutOfRange)
    {
        var (expiresAt, outOfRange) = RegistrationExpiry.Decide(wishedExpiry, receivedAt, _policy, expiry);
        if (outOfRange is not null)
        {
            return outOfRange;
        }

        if (await FindAsync(registrationId, caller, cancel) is not { } found)
        {
            return Problems.NotFound();
        }

        if (caller.IsTwoLegged && !await lines.TryExtendAsync(caller, found, expiresAt, cancel))
        {
            return Problems.NotFound();
        }

        var reply = await nodes.RefreshAsync(found, new RefreshCommand(expiresAt), cancel);
        return reply.Outcome;
    }

    public async Task<Outcome<Nothing>> DeleteAsync(Caller caller, string? registrationId, CancellationToken cancel)
    {
        if (await FindAsync(registrationId, caller, cancel) is not { } found)
        {
            return Problems.NotFound();
        }

        return await EndAsync(caller, found, cancel);
    }

    /// <summary>An active registration the caller may see; anything else does not exist.</summary>
    public async Task<RegistrationRecord?> FindAsync(string? registrationId, Caller caller, CancellationToken cancel)
    {
        if (registrationId is null || caller.PhoneNumber is not { } number)
        {
            return null;
        }

        var found = await store.GetAsync(number, registrationId, cancel);
        return found is not null && IsActive(found) && IsVisible(found, caller) ? found : null;
    }

    private async Task<Outcome<Nothing>> EndAsync(Caller caller, RegistrationRecord registration, CancellationToken cancel)
    {
        var reply = await nodes.UnregisterAsync(registration, cancel);
        if (caller.IsTwoLegged && reply.Value is not null)
        {
            await lines.CloseAsync(caller, registration.RegistrationId, CancellationToken.None);
        }

        return reply.Outcome;
    }

    /// <summary>Ends the caller's own registration of a device; false where there is none or it would not go.</summary>
    private async Task<bool> EndStaleAsync(Caller caller, string deviceId, CancellationToken cancel)
    {
        var own = await ListAsync(caller, deviceId, cancel);
        return own.Value is [var stale, ..] && (await EndAsync(caller, stale, cancel)).Problem is null;
    }

    /// <summary>A business has no number of its own: the line opened for the registration says which, and goes with it.</summary>
    private async Task<Outcome<RegistrationRecord>> CreateForBusinessAsync(
        Caller caller, NewRegistration wanted, string registrationId, DateTimeOffset expiresAt, CancellationToken cancel)
    {
        var opened = await lines.OpenAsync(caller, wanted.PhoneNumber, wanted.DeviceId, registrationId, expiresAt, cancel);
        if (opened.Problem?.Status == StatusCodes.Status409Conflict && wanted.Replaces && await EndStaleAsync(caller, wanted.DeviceId, cancel))
        {
            opened = await lines.OpenAsync(caller, wanted.PhoneNumber, wanted.DeviceId, registrationId, expiresAt, cancel);
        }

        if (opened.Value is not { } line)
        {
            return opened.Problem!;
        }

        var reply = await nodes.RegisterAsync(CommandFor(caller, line.PhoneNumber, wanted.DeviceId, registrationId, expiresAt), cancel);
        if (reply.Value is null && reply.Reach != NodeReach.NoAnswer)
        {
            await lines.CloseAsync(caller, registrationId, CancellationToken.None);
        }

        return reply.Outcome;
    }

    private RegisterCommand CommandFor(Caller caller, string number, string deviceId, string registrationId, DateTimeOffset expiresAt) =>
        new(registrationId, number, deviceId, caller.ClientId, caller.Subject, expiresAt, _policy.Limits)
        {
            NeedsEmergencyAddress = _policy.RequireEmergencyAddress,
        };

    private async Task<Outcome<List<RegistrationRecord>>> ListAsync(IEnumerable<string> numbers, Caller caller, string deviceId, CancellationToken cancel)
    {
        List<RegistrationRecord> own = [];
        foreach (var number in numbers)
        {
            var active = Active(await store.ListByNumberAsync(number, cancel));
            own.AddRange(active.Where(row => row.DeviceId == deviceId && IsVisible(row, caller)));
        }

        return own;
    }

    private List<RegistrationRecord> Active(IReadOnlyList<RegistrationRecord> rows) => [.. rows.Where(IsActive)];

    private bool IsActive(RegistrationRecord row) => row.ExpiresAt > clock.GetUtcNow();

    private static bool IsVisible(RegistrationRecord row, Caller caller) =>
        row.State == RegistrationState.Registered && caller.Owns(row.ClientId, row.Subject);
}

using Byon.Functions.Businesses;
using Byon.Functions.Delivery;
using Byon.Functions.Registration;
using Byon.Functions.Security;
using Byon.Functions.Security.Sinks;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Events;

/// <summary>A bearer token for the sink.</summary>
internal sealed record SinkCredential(string AccessToken, DateTimeOffset ExpiresAt);

/// <param name="DeviceId">Null where only the registration is named.</param>
/// <param name="RegistrationId">Only CAMARA r2.2 names one.</param>
internal sealed record NewSubscription(
    EventDialect Dialect, string Sink, SinkCredential? Credential, EventKinds Kinds, string? DeviceId, string? RegistrationId, string? CallId,
    DateTimeOffset? ExpireTime, int? MaxEvents, bool InitialEvent);

/// <summary>What is null stays as it is.</summary>
internal sealed record SubscriptionChange(SinkCredential? Credential, DateTimeOffset? ExpireTime);

/// <summary>
/// The operations on subscriptions to a device's events, whatever surface asks. A device need not be registered: the log
/// belongs to the number and the device, and subscriptions outlive registrations. Those about other kinds of events than the
/// surface has are not found.
/// </summary>
internal sealed class Subscriptions(
    ReaderStore store, DeviceReaders readers, BusinessLines lines, Registrations registrations, SinkGuard guard, TimeProvider clock,
    IOptions<SubscriptionOptions> options, IOptions<DeliveryOptions> delivery)
{
    private const int MostListed = 100;

    private readonly SubscriptionOptions _policy = options.Value;
    private readonly DeliveryOptions _delivery = delivery.Value;

    public async Task<Outcome<ReaderRecord>> CreateAsync(Caller caller, NewSubscription wanted, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (guard.FaultOf(wanted.Sink) is { } fault)
        {
            return Problems.InvalidSink(fault);
        }

        if (FaultOf(wanted.Credential, wanted.ExpireTime, now) is { } outOfRange)
        {
            return outOfRange;
        }

        caller = await lines.IdentifyAsync(caller, wanted.DeviceId, wanted.RegistrationId, cancel);
        if (caller.PhoneNumber is not { } number)
        {
            return Problems.NoNumberInToken();
        }

        var device = await FindDeviceAsync(caller, wanted, cancel);
        if (device.Value is not { } deviceId)
        {
            return device.Problem!;
        }

        var others = await store.ListAsync(new DeviceKey(number, deviceId), cancel);
        if (others.Count(other => other.Record.State == ReaderState.Active) >= _policy.MaximumPerDevice)
        {
            return Problems.QuotaExceeded();
        }

        return await readers.OpenAsync(Draft(caller, wanted, number, deviceId, now), cancel);
    }

    /// <summary>Newest first, at most 100.</summary>
    public async Task<List<ReaderRecord>> ListAsync(Caller caller, EventKinds about, CancellationToken cancel)
    {
        List<StoredReader> rows = [];
        foreach (var number in await lines.NumbersAsync(caller, cancel))
        {
            rows.AddRange(await store.ListByNumberAsync(number, cancel));
        }

        return [.. rows.Select(row => row.Record).Where(record => IsVisible(record, caller, about)).OrderByDescending(record => record.CreatedAt).Take(MostListed)];
    }

    public async Task<Outcome<ReaderRecord>> GetAsync(Caller caller, EventKinds about, string? subscriptionId, CancellationToken cancel) =>
        await FindAsync(caller, about, subscriptionId, cancel) is { } found ? found.Record : Problems.NotFound();

    /// <summary>One that has ended is not found: it cannot be revived.</summary>
    public async Task<Outcome<ReaderRecord>> UpdateAsync(Caller caller, EventKinds about, string? subscriptionId, SubscriptionChange change, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (FaultOf(change.Credential, change.ExpireTime, now) is { } outOfRange)
        {
            return outOfRange;
        }

        if (await FindAsync(caller, about, subscriptionId, cancel) is not { } found || HasEnded(found.Record))
        {
            return Problems.NotFound();
        }

        if (await readers.ChangeAsync(found, record => Changed(record, change, now), cancel) is not { } changed)
        {
            return Problems.NotFound();
        }

        // A sink that refused the old credential may take the new one.
        if (change.Credential is not null && changed.Progress.FailingSince is not null)
        {
            await readers.RetryAsync(changed, cancel);
        }

        return changed;
    }

    public async Task<Outcome<ReaderRecord>> DeleteAsync(Caller caller, EventKinds about, string? subscriptionId, CancellationToken cancel)
    {
        if (await FindAsync(caller, about, subscriptionId, cancel) is not { } found)
        {
            return Problems.NotFound();
        }

        await readers.CloseAsync(found, cancel);
        return found.Record;
    }

    /// <summary>Over by now, even where nobody has noticed yet.</summary>
    public bool HasEnded(ReaderRecord record) => record.State != ReaderState.Active || record.End?.At <= clock.GetUtcNow();

    private async Task<StoredReader?> FindAsync(Caller caller, EventKinds about, string? subscriptionId, CancellationToken cancel)
    {
        if (subscriptionId is null || caller.PhoneNumber is not { } number)
        {
            return null;
        }

        var found = await store.FindAsync(number, subscriptionId, cancel);
        return found is not null && IsVisible(found.Record, caller, about) ? found : null;
    }

    /// <summary>A registration nobody may know of is no different from one that does not exist.</summary>
    private async Task<Outcome<string>> FindDeviceAsync(Caller caller, NewSubscription wanted, CancellationToken cancel)
    {
        if (wanted.RegistrationId is not { } registrationId)
        {
            return wanted.DeviceId!;
        }

        if (await registrations.FindAsync(registrationId, caller, cancel) is not { } registration)
        {
            return wanted.DeviceId is { } deviceId ? deviceId : Problems.ServiceNotApplicable();
        }

        return wanted.DeviceId is null || wanted.DeviceId == registration.DeviceId ? registration.DeviceId : Problems.SubscriptionMismatch();
    }

    private Problem? FaultOf(SinkCredential? credential, DateTimeOffset? expireTime, DateTimeOffset now) =>
        credential?.ExpiresAt <= now ? Problems.OutOfRange("sinkCredential.accessTokenExpiresUtc has passed.")
        : expireTime <= now && !_policy.AcceptPastExpiry ? Problems.OutOfRange("config.subscriptionExpireTime has passed.")
        : null;

    private ReaderRecord Draft(Caller caller, NewSubscription wanted, string number, string deviceId, DateTimeOffset now) => new()
    {
        ReaderId = Guid.NewGuid().ToString("D"),
        PhoneNumber = number,
        DeviceId = deviceId,
        ClientId = caller.ClientId,
        Subject = caller.Subject,
        Kind = ReaderKind.Webhook,
        Dialect = wanted.Dialect,
        Target = wanted.Sink,
        Credential = wanted.Credential?.AccessToken,
        CredentialExpiresAt = wanted.Credential?.ExpiresAt,
        CredentialEndsAt = EndOf(wanted.Credential, now),
        Kinds = wanted.Kinds,
        CallId = wanted.CallId,
        RegistrationId = wanted.RegistrationId,
        InitialEvent = wanted.InitialEvent,
        MaxEvents = wanted.MaxEvents,
        CreatedAt = now,
        ExpiresAt = Capped(wanted.ExpireTime, now),
    };

    private ReaderRecord Changed(ReaderRecord record, SubscriptionChange change, DateTimeOffset now) => record with
    {
        Credential = change.Credential?.AccessToken ?? record.Credential,
        CredentialExpiresAt = change.Credential?.ExpiresAt ?? record.CredentialExpiresAt,
        CredentialEndsAt = change.Credential is null ? record.CredentialEndsAt : EndOf(change.Credential, now),
        ExpiresAt = change.ExpireTime is null ? record.ExpiresAt : Capped(change.ExpireTime, now),
    };

    private DateTimeOffset Capped(DateTimeOffset? wish, DateTimeOffset now) => wish < now + _policy.MaximumLifetime ? wish.Value : now + _policy.MaximumLifetime;

    /// <summary>Ahead of the credential's expiry, but never more than half its remaining life.</summary>
    private DateTimeOffset? EndOf(SinkCredential? credential, DateTimeOffset now)
    {
        if (credential is null)
        {
            return null;
        }

        var half = (credential.ExpiresAt - now) / 2;
        return credential.ExpiresAt - (half < _delivery.CredentialLead ? half : _delivery.CredentialLead);
    }

    private static bool IsVisible(ReaderRecord record, Caller caller, EventKinds about) =>
        (record.Kinds & about) != 0 && record.Dialect != EventDialect.Byon && record.EndReason != ReaderEndReason.SubscriptionDeleted && caller.Owns(record.ClientId, record.Subject);
}

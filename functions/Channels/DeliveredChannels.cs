using Byon.Functions.Delivery;
using Byon.Functions.Push;
using Byon.Functions.Security;
using Byon.Functions.Security.Sinks;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Channels;

/// <summary>Channels whose events are brought by delivery: webhooks and push. Each is a reader of the device's event log.</summary>
internal sealed class DeliveredChannels(
    ReaderStore store, DeviceReaders readers, PushSender push, SinkGuard guard, TimeProvider clock, IOptions<ChannelOptions> options)
{
    private readonly ChannelOptions _options = options.Value;

    public Task<Outcome<Channel>> CreateAsync(Caller caller, DeviceKey device, NewWebhookChannel wanted, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        if (guard.FaultOf(wanted.Url) is { } fault)
        {
            return Task.FromResult<Outcome<Channel>>(Problems.InvalidArgument($"channelData.webhook.notificationUrl {fault}"));
        }

        if (wanted.ExpiresAt <= now)
        {
            return Task.FromResult<Outcome<Channel>>(Problems.InvalidArgument("channelData.expiresAt has passed."));
        }

        var longest = now + _options.DeliveredLifetime;
        var draft = Draft(caller, device, ReaderKind.Webhook, wanted.Url, now) with
        {
            Credential = wanted.Token,
            Kinds = EventKinds.All,
            ExpiresAt = wanted.ExpiresAt < longest ? wanted.ExpiresAt : longest,
        };
        return OpenAsync(draft, cancel);
    }

    public Task<Outcome<Channel>> CreateAsync(Caller caller, DeviceKey device, NewPushChannel wanted, CancellationToken cancel)
    {
        if (PushTarget.Parse(wanted.RegistrationToken, out var fault) is not { } target)
        {
            return Task.FromResult<Outcome<Channel>>(Problems.InvalidArgument($"channelData.registrationToken {fault}"));
        }

        if (push.MissingSettingFor(target) is { } setting)
        {
            return Task.FromResult<Outcome<Channel>>(Problems.NotImplemented($"Service not implemented for the specified user device: {setting} is not set."));
        }

        if (target is WebPushTarget browser && guard.FaultOf(browser.Subscription.Endpoint.OriginalString) is { } refused)
        {
            return Task.FromResult<Outcome<Channel>>(Problems.InvalidArgument($"channelData.registrationToken: its endpoint {refused}"));
        }

        var draft = Draft(caller, device, PushTransport.KindOf(target), wanted.RegistrationToken, clock.GetUtcNow());
        return OpenAsync(draft with { Kinds = EventKinds.SessionInvitation | EventKinds.SessionStatus }, cancel);
    }

    /// <summary>Null where there is none of this id, or it is over.</summary>
    public async Task<StoredReader?> FindAsync(DeviceKey device, string channelId, CancellationToken cancel) =>
        await store.GetAsync(device, channelId, cancel) is { } found && IsLive(found.Record) ? found : null;

    /// <summary>As above, of any device of the number.</summary>
    public async Task<StoredReader?> FindAsync(string phoneNumber, string channelId, CancellationToken cancel) =>
        await store.FindAsync(phoneNumber, channelId, cancel) is { } found && IsLive(found.Record) ? found : null;

    public static Channel Represent(ReaderRecord record)
    {
        var isWebhook = record.Kind == ReaderKind.Webhook;
        return new Channel(
            record.ReaderId, record.DeviceId, isWebhook ? ChannelKind.Webhook : ChannelKind.PNSChannel, record.ExpiresAt ?? record.CreatedAt,
            isWebhook ? new Uri(record.Target) : null);
    }

    /// <summary>The channel lives as long as a new one would; null where it has ended meanwhile.</summary>
    public async Task<Channel?> RenewAsync(StoredReader channel, CancellationToken cancel)
    {
        var until = clock.GetUtcNow() + _options.DeliveredLifetime;
        return await readers.ChangeAsync(channel, record => record with { ExpiresAt = until }, cancel) is { } renewed ? Represent(renewed) : null;
    }

    public Task DeleteAsync(StoredReader channel, CancellationToken cancel) => readers.CloseAsync(channel, cancel);

    private async Task<Outcome<Channel>> OpenAsync(ReaderRecord draft, CancellationToken cancel)
    {
        await MakeRoomAsync(draft, cancel);
        var opened = await readers.OpenAsync(draft, cancel);
        return Represent(opened) with { Cursor = opened.Progress.Cursor };
    }

    /// <summary>A push token that is told anew takes the place of what it was told as before; else the oldest give way.</summary>
    private async Task MakeRoomAsync(ReaderRecord draft, CancellationToken cancel)
    {
        var channels = (await store.ListAsync(new DeviceKey(draft.PhoneNumber, draft.DeviceId), cancel)).Where(other => IsLive(other.Record)).ToList();
        var same = draft.Kind == ReaderKind.Webhook ? [] : channels.Where(other => other.Record.Kind == draft.Kind && other.Record.Target == draft.Target).ToList();
        var oldest = channels.Except(same).OrderByDescending(other => other.Record.CreatedAt).Skip(_options.MaximumPerDevice - 1);
        foreach (var other in same.Concat(oldest))
        {
            await readers.CloseAsync(other, cancel);
        }
    }

    private bool IsLive(ReaderRecord record) =>
        record is { Dialect: EventDialect.Byon, State: ReaderState.Active } && record.ExpiresAt > clock.GetUtcNow();

    private ReaderRecord Draft(Caller caller, DeviceKey device, ReaderKind kind, string target, DateTimeOffset now) => new()
    {
        ReaderId = Guid.NewGuid().ToString("D"),
        PhoneNumber = device.PhoneNumber,
        DeviceId = device.DeviceId,
        ClientId = caller.ClientId,
        Subject = caller.Subject,
        Kind = kind,
        Dialect = EventDialect.Byon,
        Target = target,
        Kinds = EventKinds.All,
        CreatedAt = now,
        ExpiresAt = now + _options.DeliveredLifetime,
    };
}

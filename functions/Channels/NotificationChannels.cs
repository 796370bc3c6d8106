using Byon.Functions.Security;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Channels;

/// <summary>Operations on the notification channels of a device, with a result or the problem that every surface tells.</summary>
internal sealed class NotificationChannels(
    ChannelStore store, WebSocketChannels webSockets, RingingSessions ringing, EventLog log, TimeProvider clock, IOptions<ChannelOptions> options)
{
    private readonly ChannelOptions _options = options.Value;

    /// <param name="deviceId">Null where the path names none.</param>
    public async Task<Outcome<Channel>> CreateAsync(Caller caller, string? deviceId, ChannelKind kind, CancellationToken cancel)
    {
        if (deviceId is null)
        {
            return Problems.InvalidArgument("deviceId in the path is not a UUID.");
        }

        if (kind != ChannelKind.WebSockets)
        {
            return Problems.NotImplemented($"Channels of type {kind} are not served yet; use WebSockets.");
        }

        if (caller.PhoneNumber is not { } number)
        {
            return Problems.NoNumberInToken();
        }

        var device = new DeviceKey(number, deviceId);
        await MakeRoomAsync(device, cancel);
        var now = clock.GetUtcNow();
        var channel = new ChannelRecord(
            Guid.NewGuid().ToString("D"), number, deviceId, caller.ClientId, caller.Subject, kind.ToString(), now, now + _options.Lifetime);
        await store.PutAsync(channel, cancel);
        var begin = await ringing.ReadAsync(device, cancel);
        return await RepresentAsync(channel, cancel) with { Cursor = begin.Cursor };
    }

    public async Task<Outcome<Channel>> GetAsync(Caller caller, string? deviceId, string? channelId, CancellationToken cancel) =>
        await FindAsync(caller, deviceId, channelId, cancel) is { } channel ? await RepresentAsync(channel, cancel) : Problems.NotFound();

    /// <summary>A channel's life starts anew from now.</summary>
    public async Task<Outcome<Channel>> RenewAsync(Caller caller, string? deviceId, string? channelId, CancellationToken cancel)
    {
        if (await FindAsync(caller, deviceId, channelId, cancel) is not { } channel)
        {
            return Problems.NotFound();
        }

        var renewed = channel with { ExpiresAt = clock.GetUtcNow() + _options.Lifetime };
        await store.PutAsync(renewed, cancel);
        return await RepresentAsync(renewed, cancel);
    }

    public async Task<Outcome<Channel>> DeleteAsync(Caller caller, string? deviceId, string? channelId, CancellationToken cancel)
    {
        if (await FindAsync(caller, deviceId, channelId, cancel) is not { } channel)
        {
            return Problems.NotFound();
        }

        // The sockets first: without the row nobody could ask for it again, should that fail.
        await webSockets.CloseSocketsAsync(channel.ChannelId, "The channel was deleted.", cancel);
        await store.DeleteAsync(new DeviceKey(channel.PhoneNumber, channel.DeviceId), channel.ChannelId, cancel);
        return new Channel(channel.ChannelId, channel.DeviceId, ChannelKind.WebSockets, channel.ExpiresAt);
    }

    /// <summary>The device's events after a cursor, oldest first: what a client missed while it had no socket.</summary>
    public async Task<Outcome<ChannelEvents>> ReadEventsAsync(
        Caller caller, string? deviceId, string? channelId, long after, int limit, CancellationToken cancel)
    {
        if (await FindAsync(caller, deviceId, channelId, cancel) is not { } channel)
        {
            return Problems.NotFound();
        }

        var events = await log.ReadAsync(new DeviceKey(channel.PhoneNumber, channel.DeviceId), after, limit, cancel);
        return new ChannelEvents(events, events.Count > 0 ? events[^1].Position : after, events.Count == limit);
    }

    private async Task<Channel> RepresentAsync(ChannelRecord channel, CancellationToken cancel) => new(
        channel.ChannelId, channel.DeviceId, ChannelKind.WebSockets, channel.ExpiresAt, await webSockets.UrlOfAsync(channel, cancel));

    private async Task MakeRoomAsync(DeviceKey device, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var newestFirst = (await store.ListAsync(device, cancel)).OrderByDescending(row => row.ExpiresAt > now).ThenByDescending(row => row.CreatedAt);
        foreach (var row in newestFirst.Skip(_options.MaximumPerDevice - 1))
        {
            await webSockets.CloseSocketsAsync(row.ChannelId, "The device has opened newer channels.", cancel);
            await store.DeleteAsync(device, row.ChannelId, cancel);
        }
    }

    private async Task<ChannelRecord?> FindAsync(Caller caller, string? deviceId, string? channelId, CancellationToken cancel)
    {
        if (deviceId is null || channelId is null || caller.PhoneNumber is not { } number)
        {
            return null;
        }

        var channel = await store.GetAsync(new DeviceKey(number, deviceId), channelId, cancel);
        return channel is not null && channel.ExpiresAt > clock.GetUtcNow() && caller.Owns(channel.ClientId, channel.Subject) ? channel : null;
    }
}

/// <param name="Cursor">Of the newest event here; to be asked for again.</param>
/// <param name="More">There may be more after it.</param>
internal sealed record ChannelEvents(IReadOnlyList<DeviceEvent> Events, long Cursor, bool More);

using Byon.Functions.Security;
using Byon.Platform.Events;
using Byon.Platform.Stores;

namespace Byon.Functions.Channels;

/// <summary>Operations on the notification channels of a device, with a result or the problem that every surface tells.</summary>
internal sealed class NotificationChannels(WebSocketChannels webSockets, DeliveredChannels delivered, EventLog log)
{
    /// <param name="deviceId">Null where the path names none.</param>
    public async Task<Outcome<Channel>> CreateAsync(Caller caller, string? deviceId, NewChannel wanted, CancellationToken cancel)
    {
        if (deviceId is null)
        {
            return Problems.InvalidArgument("deviceId in the path is not a UUID.");
        }

        if (caller.PhoneNumber is not { } number)
        {
            return Problems.NoNumberInToken();
        }

        var device = new DeviceKey(number, deviceId);
        return wanted switch
        {
            NewWebhookChannel webhook => await delivered.CreateAsync(caller, device, webhook, cancel),
            NewPushChannel push => await delivered.CreateAsync(caller, device, push, cancel),
            _ => await webSockets.CreateAsync(caller, device, cancel),
        };
    }

    public async Task<Outcome<Channel>> GetAsync(Caller caller, string? deviceId, string? channelId, CancellationToken cancel) =>
        await FindAsync(caller, deviceId, channelId, cancel) switch
        {
            { Socket: { } socket } => await webSockets.RepresentAsync(socket, cancel),
            { Reader: { } reader } => DeliveredChannels.Represent(reader.Record),
            _ => Problems.NotFound(),
        };

    /// <summary>A channel's life starts anew from now.</summary>
    public async Task<Outcome<Channel>> RenewAsync(Caller caller, string? deviceId, string? channelId, CancellationToken cancel)
    {
        var renewed = await FindAsync(caller, deviceId, channelId, cancel) switch
        {
            { Socket: { } socket } => await webSockets.RenewAsync(socket, cancel),
            { Reader: { } reader } => await delivered.RenewAsync(reader, cancel),
            _ => null,
        };
        return renewed is null ? Problems.NotFound() : renewed;
    }

    /// <summary>Null, or why not.</summary>
    public async Task<Problem?> DeleteAsync(Caller caller, string? deviceId, string? channelId, CancellationToken cancel)
    {
        switch (await FindAsync(caller, deviceId, channelId, cancel))
        {
            case { Socket: { } socket }:
                await webSockets.DeleteAsync(socket, cancel);
                return null;
            case { Reader: { } reader }:
                await delivered.DeleteAsync(reader, cancel);
                return null;
            default:
                return Problems.NotFound();
        }
    }

    /// <summary>The device's events after a cursor, oldest first: what a client missed while it was not there.</summary>
    public async Task<Outcome<ChannelEvents>> ReadEventsAsync(
        Caller caller, string? deviceId, string? channelId, long after, int limit, CancellationToken cancel)
    {
        if (await FindAsync(caller, deviceId, channelId, cancel) is not { } found)
        {
            return Problems.NotFound();
        }

        var events = await log.ReadAsync(found.Device, after, limit, cancel);
        return new ChannelEvents(events, events.Count > 0 ? events[^1].Position : after, events.Count == limit);
    }

    /// <summary>The device of a channel of the caller's own; null where there is no such channel.</summary>
    public async Task<string?> FindDeviceAsync(Caller caller, string channelId, CancellationToken cancel)
    {
        if (caller.PhoneNumber is not { } number)
        {
            return null;
        }

        if (await webSockets.FindAsync(number, channelId, cancel) is { } socket)
        {
            return caller.Owns(socket.ClientId, socket.Subject) ? socket.DeviceId : null;
        }

        return await delivered.FindAsync(number, channelId, cancel) is { } reader && caller.Owns(reader.Record.ClientId, reader.Record.Subject)
            ? reader.Record.DeviceId
            : null;
    }

    /// <summary>A channel of the caller's own, of either sort; null where there is none.</summary>
    private async Task<Found?> FindAsync(Caller caller, string? deviceId, string? channelId, CancellationToken cancel)
    {
        if (deviceId is null || channelId is null || caller.PhoneNumber is not { } number)
        {
            return null;
        }

        var device = new DeviceKey(number, deviceId);
        if (await webSockets.FindAsync(device, channelId, cancel) is { } socket)
        {
            return caller.Owns(socket.ClientId, socket.Subject) ? new Found(device, socket, null) : null;
        }

        return await delivered.FindAsync(device, channelId, cancel) is { } reader && caller.Owns(reader.Record.ClientId, reader.Record.Subject)
            ? new Found(device, null, reader)
            : null;
    }

    private sealed record Found(DeviceKey Device, Platform.Records.ChannelRecord? Socket, StoredReader? Reader);
}

/// <param name="Cursor">Of the newest event here; to be asked for again.</param>
/// <param name="More">There may be more after it.</param>
internal sealed record ChannelEvents(IReadOnlyList<DeviceEvent> Events, long Cursor, bool More);

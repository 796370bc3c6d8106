using Azure;
using Azure.Messaging.WebPubSub;
using Byon.Functions.Security;
using Byon.Platform.Events;
using Byon.Platform.Records;
using Byon.Platform.Stores;
using Microsoft.Extensions.Options;

namespace Byon.Functions.Channels;

/// <summary>
/// WebSockets of a device through Web PubSub. Every socket is in two groups: the device's, where its events are sent, and the
/// channel's, by which it is closed.
/// </summary>
internal sealed class WebSocketChannels(
    ChannelStore store, WebPubSubServiceClient webPubSub, ChannelTicket tickets, RingingSessions ringing, TimeProvider clock, IOptions<ChannelOptions> options)
{
    private readonly ChannelOptions _options = options.Value;

    public async Task<Channel> CreateAsync(Caller caller, DeviceKey device, CancellationToken cancel)
    {
        await MakeRoomAsync(device, cancel);
        var now = clock.GetUtcNow();
        var channel = new ChannelRecord(
            Guid.NewGuid().ToString("D"), device.PhoneNumber, device.DeviceId, caller.ClientId, caller.Subject, nameof(ChannelKind.WebSockets), now,
            now + _options.Lifetime);
        await store.PutAsync(channel, cancel);
        var begin = await ringing.ReadAsync(device, cancel);
        return await RepresentAsync(channel, cancel) with { Cursor = begin.Cursor };
    }

    /// <summary>Null where there is none of this id, or it is over.</summary>
    public async Task<ChannelRecord?> FindAsync(DeviceKey device, string channelId, CancellationToken cancel) =>
        await store.GetAsync(device, channelId, cancel) is { } found && found.ExpiresAt > clock.GetUtcNow() ? found : null;

    /// <summary>As above, of any device of the number.</summary>
    public async Task<ChannelRecord?> FindAsync(string phoneNumber, string channelId, CancellationToken cancel) =>
        await store.FindOfNumberAsync(phoneNumber, channelId, cancel) is { } found && found.ExpiresAt > clock.GetUtcNow() ? found : null;

    /// <summary>The token in the URL joins its groups at connection and may do nothing else.</summary>
    public async Task<Channel> RepresentAsync(ChannelRecord channel, CancellationToken cancel)
    {
        var device = new DeviceKey(channel.PhoneNumber, channel.DeviceId);
        var url = await webPubSub.GetClientAccessUriAsync(
            _options.UrlLifetime, tickets.Issue(device, channel.ChannelId), roles: [], groups: [EventPublisher.GroupOf(device), GroupOf(channel.ChannelId)], cancel);
        return new Channel(channel.ChannelId, channel.DeviceId, ChannelKind.WebSockets, channel.ExpiresAt, url);
    }

    public async Task<Channel> RenewAsync(ChannelRecord channel, CancellationToken cancel)
    {
        var renewed = channel with { ExpiresAt = clock.GetUtcNow() + _options.Lifetime };
        await store.PutAsync(renewed, cancel);
        return await RepresentAsync(renewed, cancel);
    }

    public async Task DeleteAsync(ChannelRecord channel, CancellationToken cancel)
    {
        // The sockets first: without the row nobody could ask for it again, should that fail.
        await CloseSocketsAsync(channel.ChannelId, "The channel was deleted.", cancel);
        await store.DeleteAsync(new DeviceKey(channel.PhoneNumber, channel.DeviceId), channel.ChannelId, cancel);
    }

    private async Task MakeRoomAsync(DeviceKey device, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var newestFirst = (await store.ListAsync(device, cancel)).OrderByDescending(row => row.ExpiresAt > now).ThenByDescending(row => row.CreatedAt);
        foreach (var row in newestFirst.Skip(_options.MaximumPerDevice - 1))
        {
            await CloseSocketsAsync(row.ChannelId, "The device has opened newer channels.", cancel);
            await store.DeleteAsync(device, row.ChannelId, cancel);
        }
    }

    /// <summary>Ends every socket of the channel.</summary>
    public Task CloseSocketsAsync(string channelId, string reason, CancellationToken cancel) =>
        webPubSub.CloseGroupConnectionsAsync(GroupOf(channelId), excluded: null, reason, new RequestContext { CancellationToken = cancel });

    private static string GroupOf(string channelId) => "channel-" + channelId;
}

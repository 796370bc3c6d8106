using Azure;
using Azure.Core;
using Azure.Messaging.WebPubSub;
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
    ChannelStore store, WebPubSubServiceClient webPubSub, ChannelTicket tickets, RingingSessions ringing, EventLog log, IOptions<ChannelOptions> options)
{
    /// <summary>What a call can be told of while its events are on the way to a new socket.</summary>
    private const int CatchUpRounds = 3;

    private const int PageSize = 50;

    private readonly ChannelOptions _options = options.Value;

    /// <summary>The token in the URL joins its groups at connection and may do nothing else.</summary>
    public Task<Uri> UrlOfAsync(ChannelRecord channel, CancellationToken cancel)
    {
        var device = new DeviceKey(channel.PhoneNumber, channel.DeviceId);
        return webPubSub.GetClientAccessUriAsync(
            _options.UrlLifetime, tickets.Issue(device, channel.ChannelId), roles: [], groups: [EventPublisher.GroupOf(device), GroupOf(channel.ChannelId)], cancel);
    }

    /// <summary>Ends every socket of the channel.</summary>
    public Task CloseSocketsAsync(string channelId, string reason, CancellationToken cancel) =>
        webPubSub.CloseGroupConnectionsAsync(GroupOf(channelId), excluded: null, reason, new RequestContext { CancellationToken = cancel });

    /// <summary>
    /// A socket has opened: it gets what rings, whether its client asks for it or not. An event may come twice, by the group as
    /// well; it is the same by its id and cursor.
    /// </summary>
    public async Task WelcomeAsync(DeviceKey device, string channelId, string connectionId, DateTimeOffset now, CancellationToken cancel)
    {
        if (await store.GetAsync(device, channelId, cancel) is not { } channel || channel.ExpiresAt <= now)
        {
            await webPubSub.CloseConnectionAsync(connectionId, "The channel has ended.", new RequestContext { CancellationToken = cancel });
            return;
        }

        var pending = (await ringing.ReadAsync(device, cancel)).Events;
        var calls = pending.Select(entry => ((CallEventData)entry.Data).CallId).ToHashSet();
        for (var round = 0; pending.Count > 0 && round < CatchUpRounds; round++)
        {
            foreach (var entry in pending)
            {
                if (!await TrySendAsync(connectionId, entry, cancel))
                {
                    return;
                }
            }

            // What was added meanwhile may have overtaken this on its way through the group: it has to come last as well.
            pending = [.. (await log.ReadAsync(device, pending[^1].Position, PageSize, cancel)).Where(entry => entry.Data is CallEventData call && calls.Contains(call.CallId))];
        }
    }

    private static string GroupOf(string channelId) => "channel-" + channelId;

    /// <summary>False where the socket is gone.</summary>
    private async Task<bool> TrySendAsync(string connectionId, DeviceEvent entry, CancellationToken cancel)
    {
        try
        {
            await webPubSub.SendToConnectionAsync(
                connectionId, RequestContent.Create(CloudEventWriter.Write(entry)), ContentType.ApplicationJson, new RequestContext { CancellationToken = cancel });
            return true;
        }
        catch (RequestFailedException gone) when (gone.Status == 404)
        {
            return false;
        }
    }
}

using Azure;
using Azure.Core;
using Azure.Messaging.WebPubSub;
using Byon.Platform.Events;
using Byon.Platform.Stores;

namespace Byon.Functions.Channels;

/// <summary>
/// What a socket that has just opened is sent: the events of what rings, whether its client asks for them or not. An event may
/// come twice, by the group as well; it is the same by its id and cursor.
/// </summary>
internal sealed class SocketWelcome(WebSocketChannels channels, WebPubSubServiceClient webPubSub, RingingSessions ringing, EventLog log)
{
    /// <summary>What a call can be told of while its events are on the way to a new socket.</summary>
    private const int CatchUpRounds = 3;

    private const int PageSize = 50;

    public async Task GreetAsync(DeviceKey device, string channelId, string connectionId, CancellationToken cancel)
    {
        if (await channels.FindAsync(device, channelId, cancel) is null)
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

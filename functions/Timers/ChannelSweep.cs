using Byon.Functions.Channels;
using Byon.Platform.Stores;

namespace Byon.Functions.Timers;

/// <summary>Ends WebSocket channels whose time is over: whoever deletes the row closes the sockets.</summary>
internal sealed class ChannelSweep(ChannelStore store, WebSocketChannels sockets, TimeProvider clock, ILogger<ChannelSweep> logger)
{
    public async Task RunAsync(CancellationToken cancel)
    {
        var ended = 0;
        foreach (var (record, seen) in await store.ListExpiredAsync(clock.GetUtcNow(), cancel))
        {
            if (await store.TryDeleteAsync(record, seen, cancel))
            {
                await sockets.CloseSocketsAsync(record.ChannelId, "The channel has expired.", cancel);
                ended++;
            }
        }

        if (ended > 0)
        {
            logger.ClearedUp(ended, "channels");
        }
    }
}

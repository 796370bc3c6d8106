using System.Collections.Concurrent;

namespace Byon.Local.WebPubSub;

/// <summary>All hubs, and the lost reliable connections that wait to be taken up again.</summary>
internal sealed class Hubs(WebPubSubDoubleOptions options, Upstream upstream, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<string, Hub> _hubs = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<ITimer, ClientConnection> _waiting = new();

    public Hub Get(string name) => _hubs.GetOrAdd(name, _ => new Hub(upstream));

    public void ForgetUnlessRecovered(Hub hub, ClientConnection connection)
    {
        ITimer? timer = null;
        timer = time.CreateTimer(
            _ =>
            {
                if (connection.IsDetached)
                {
                    connection.Close("The connection was not recovered in time.");
                    hub.Remove(connection);
                }

                _waiting.TryRemove(timer!, out var _);
                timer!.Dispose();
            },
            null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        _waiting[timer] = connection;
        timer.Change(options.RecoveryWindow, Timeout.InfiniteTimeSpan);
    }

    public void CloseAll(string reason)
    {
        foreach (var connection in _hubs.Values.SelectMany(hub => hub.All()))
            connection.Close(reason);
    }

    public void Dispose()
    {
        foreach (var timer in _waiting.Keys)
            timer.Dispose();
    }
}

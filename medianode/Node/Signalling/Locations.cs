using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Location;
using Byon.MediaNode.Io;
using Byon.MediaNode.Telemetry;

namespace Byon.MediaNode.Signalling;

/// <summary>
/// Looks names up beside the loop and posts what was found: those of the configured next hops again and again as their time runs
/// out, those in routes of dialogs when they are asked for.
/// </summary>
public sealed class Locations(
    NodeOptions options, SipLocator locator, SignallingLoop loop, SipAgent agent, SipTls tls, ILogger<Locations> log) : IHostedService, IDisposable
{
    /// <summary>Between the ranks of two configured next hops, where there is room for those of their servers.</summary>
    private const int TargetStep = 1 << 20;

    private const int MostAtOnce = 16;

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _room = new(MostAtOnce);
    private readonly Dictionary<SipTarget, IReadOnlyList<SipHop>> _known = [];
    private Task _watching = Task.CompletedTask;

    /// <summary>Waits a moment for names, so that the first registrations find their way.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Use(options.Sip.NextHops.Where(target => target.TryGetFlow(out _)).ToDictionary(
            target => target, target => (IReadOnlyList<SipHop>)[new SipHop(target.TryGetFlow(out var flow) ? flow.Value : default, target.Host, 0, 0)]));
        if (_known.Count == options.Sip.NextHops.Count) return;
        var first = LookAsync(_stopping.Token);
        _watching = WatchAsync(first, _stopping.Token);
        await Task.WhenAny(first, Task.Delay(FirstLook, cancellationToken));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _watching;
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _room.Dispose();
    }

    /// <summary>Called on the loop: never waits. The agent hears of it later.</summary>
    public void Find(SipTarget target) => _ = FindAsync(target, _stopping.Token);

    private async Task FindAsync(SipTarget target, CancellationToken cancel)
    {
        try
        {
            await _room.WaitAsync(cancel);
            try
            {
                var found = await locator.LocateAsync(target, cancel);
                Expect(found.Hops);
                loop.Post(now => agent.Located(now, target, found.Hops, found.TimeToLive));
            }
            finally
            {
                _room.Release();
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException)
        {
            // The node stops.
        }
    }

    private async Task WatchAsync(Task<TimeSpan> looking, CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                await Task.Delay(await looking, cancel);
                looking = LookAsync(cancel);
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    /// <returns>When to look again.</returns>
    private async Task<TimeSpan> LookAsync(CancellationToken cancel)
    {
        var pause = TimeSpan.MaxValue;
        var found = new Dictionary<SipTarget, IReadOnlyList<SipHop>>();
        foreach (var target in options.Sip.NextHops)
        {
            var location = await locator.LocateAsync(target, cancel);
            if (location.Hops.Count > 0) found.Add(target, location.Hops);
            else log.NextHopLost(target.Host);
            var wait = location.Hops.Count > 0 ? location.TimeToLive : Retry;
            pause = wait < pause ? wait : pause;
        }

        Use(found);
        return pause;
    }

    private void Use(Dictionary<SipTarget, IReadOnlyList<SipHop>> found)
    {
        foreach (var (target, hops) in found)
        {
            if (_known.TryGetValue(target, out var before) && before.SequenceEqual(hops)) continue;
            _known[target] = hops;
            Expect(hops);
            log.NextHopFound(target.Host, string.Join(", ", hops.Select(hop => $"{hop.Flow.Transport} {hop.Flow.Remote}")));
        }

        var all = options.Sip.NextHops.Index().SelectMany(one => _known.GetValueOrDefault(one.Item, [])
            .Select(hop => hop with { Rank = (one.Index * TargetStep) + hop.Rank })).ToArray();
        loop.Post(_ => agent.UseNextHops(all));
    }

    private void Expect(IReadOnlyList<SipHop> hops)
    {
        foreach (var hop in hops.Where(hop => hop.Flow.Transport == SipTransport.Tls)) tls.Expect(hop.Flow.Remote, hop.Domain);
    }
}

using System.Net;
using Byon.MediaNode.Core;

namespace Byon.Tests.TestKit.WebRtc;

/// <summary>
/// Datagrams under way in virtual time, in both directions: each takes the latency, plus up to the jitter (so that they overtake one
/// another), and is lost with the given probability.
/// </summary>
public sealed class VirtualPath(EntropySource entropy)
{
    private readonly PriorityQueue<(IPEndPoint From, IPEndPoint To, byte[] Datagram), (Instant At, long Order)> _underWay = new();
    private long _order;

    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(20);

    public TimeSpan Jitter { get; set; }

    /// <summary>In percent.</summary>
    public int Loss { get; set; }

    public Instant? NextArrival => _underWay.TryPeek(out _, out var due) ? due.At : null;

    public void Send(Instant now, IPEndPoint from, IPEndPoint to, ReadOnlySpan<byte> datagram)
    {
        if (entropy.NextUInt32() % 100 < Loss) return;
        var delay = Latency + (Jitter * (entropy.NextUInt32() / (double)uint.MaxValue));
        _underWay.Enqueue((from, to, datagram.ToArray()), (now + delay, _order++));
    }

    /// <summary>The next datagram that has arrived by now.</summary>
    public bool TryReceive(Instant now, out (IPEndPoint From, IPEndPoint To, byte[] Datagram) arrived)
    {
        arrived = default;
        if (NextArrival is not { } at || at > now) return false;
        arrived = _underWay.Dequeue();
        return true;
    }
}

using System.Net;
using Byon.MediaNode.Core;

namespace Byon.MediaNode.Io;

/// <summary>
/// Even ports for RTP, each with the odd one after it for RTCP (RFC 3550 §11). A port that is given back rests for a while, so
/// that what the last call's peer still sends does not reach the next call, and goes out again with that peer's address: who sends
/// on and on is told from the next call's peer. Those that rested longest come first. Thread-safe.
/// </summary>
public sealed class PortPool
{
    public static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    private readonly Lock _guard = new();
    private readonly Queue<(int Port, Instant FreeFrom, IPEndPoint? Sender)> _free = new();

    /// <param name="first">An odd first port is left out.</param>
    /// <param name="count">Of ports, RTP and RTCP together.</param>
    public PortPool(int first, int count)
    {
        for (var port = first + first % 2; port + 1 < first + count; port += 2) _free.Enqueue((port, new Instant(long.MinValue), null));
        Capacity = _free.Count;
    }

    /// <summary>Calls that can have ports at once.</summary>
    public int Capacity { get; }

    /// <summary>False when every port is in use or rests.</summary>
    /// <param name="formerSender">Who sent to it in its last call; null where nobody is known to have.</param>
    public bool TryTake(Instant now, out int port, out IPEndPoint? formerSender)
    {
        lock (_guard)
        {
            (port, formerSender) = (0, null);

            // Given back in order of time: if the first still rests, so do all.
            if (!_free.TryPeek(out var next) || next.FreeFrom > now) return false;
            (port, _, formerSender) = _free.Dequeue();
            return true;
        }
    }

    public void Return(Instant now, int port, IPEndPoint? sender = null)
    {
        lock (_guard) _free.Enqueue((port, now + Rest, sender));
    }
}

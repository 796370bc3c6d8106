namespace Byon.Tests.Bench.Media.Load;

/// <summary>What the load saw in one measured window.</summary>
/// <param name="Up">From browser to phone.</param>
/// <param name="Lateness">In ms, of 99 % of the packets: how long after its time the load itself sent one. Where this is large, the load was the limit.</param>
/// <param name="Loss">0 to 1: of packets that did not come out where they are relayed, of packets the kernel dropped where they are transcoded.</param>
internal sealed record LoadResult(LoadDirection Up, LoadDirection Down, double Loss, double Lateness)
{
    public double DelayP50 => Math.Max(Up.DelayP50, Down.DelayP50);

    public double DelayP99 => Math.Max(Up.DelayP99, Down.DelayP99);
}

/// <summary>Delays in ms: of every packet where packets are relayed, of the probes' bursts where they are transcoded.</summary>
internal sealed record LoadDirection(long Sent, long Received, double DelayP50, double DelayP99);

namespace Byon.MediaNode.Core.Protocol.Sip.Location;

/// <summary>
/// The next hops into the network (P-CSCFs, SBCs) by rank and weight, and which of them failed lately (RFC 3263 §4.3,
/// TS 23.380). A hop that failed is left alone for a while; where all failed the best one is tried all the same.
/// </summary>
internal sealed class NextHops(EntropySource entropy)
{
    /// <summary>How long a hop that did not answer, or said no time, is left alone.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LongestRest = TimeSpan.FromHours(1);

    private readonly Dictionary<SipFlow, Instant> _downUntil = [];
    private IReadOnlyList<SipHop> _hops = [];

    public int Count => _hops.Count;

    /// <summary>What there is from now on; what failed is remembered.</summary>
    public void Use(IReadOnlyList<SipHop> hops)
    {
        _hops = [.. hops.DistinctBy(hop => hop.Flow)];
        foreach (var gone in _downUntil.Keys.Where(flow => !Has(flow)).ToArray()) _downUntil.Remove(gone);
    }

    /// <param name="retryAfter">What the hop asked for (503 with Retry-After), or null.</param>
    public void Failed(Instant now, SipFlow hop, TimeSpan? retryAfter)
    {
        if (!Has(hop)) return;
        var rest = retryAfter ?? Rest;
        _downUntil[hop] = now + (rest > LongestRest ? LongestRest : rest);
    }

    public void Answered(SipFlow hop) => _downUntil.Remove(hop);

    /// <summary>The preferred hop, or another one while that is down: for what is registered over it.</summary>
    public SipFlow Best(Instant now, SipFlow preferred) => IsDown(now, preferred) ? Other(now, preferred) ?? preferred : preferred;

    /// <summary>As <see cref="Best"/>, for what registers and may go another way: a hop that names no longer lead to is left.</summary>
    public SipFlow ForRegistration(Instant now, SipFlow preferred) =>
        _hops.Count == 0 || Has(preferred) ? Best(now, preferred) : Draw(now) ?? preferred;

    /// <summary>One of the best that are up, by weight; where all are down, of the best. Null without any.</summary>
    public SipFlow? Draw(Instant now) => Draw(_hops.Where(hop => !IsDown(now, hop.Flow))) ?? Draw(_hops);

    /// <summary>Another hop that is up; null where there is none.</summary>
    public SipFlow? Other(Instant now, SipFlow than) => Draw(_hops.Where(hop => hop.Flow != than && !IsDown(now, hop.Flow)));

    /// <summary>RFC 2782: those without weight stand first, so that they have a small chance.</summary>
    private SipFlow? Draw(IEnumerable<SipHop> hops)
    {
        var best = hops.GroupBy(hop => hop.Rank).MinBy(group => group.Key)?.OrderBy(hop => hop.Weight).ToArray();
        if (best is null) return null;
        var total = best.Sum(hop => (double)hop.Weight);
        if (total == 0) return best[entropy.NextUInt32() % best.Length].Flow;
        var drawn = total * entropy.NextUInt32() / uint.MaxValue;
        foreach (var hop in best)
        {
            drawn -= hop.Weight;
            if (drawn <= 0) return hop.Flow;
        }

        return best[^1].Flow;
    }

    private bool Has(SipFlow flow) => _hops.Any(hop => hop.Flow == flow);

    private bool IsDown(Instant now, SipFlow hop) => _downUntil.TryGetValue(hop, out var until) && until > now;
}

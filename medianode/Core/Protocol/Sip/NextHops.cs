namespace Byon.MediaNode.Core.Protocol.Sip;

/// <summary>
/// The next hops into the network (P-CSCFs, SBCs) in order of preference, and which of them failed lately (RFC 3263 §4.3,
/// TS 23.380). A hop that failed is left alone for a while; where all failed the best one is tried all the same.
/// </summary>
internal sealed class NextHops(IReadOnlyList<SipFlow> hops)
{
    /// <summary>How long a hop that did not answer, or said no time, is left alone.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LongestRest = TimeSpan.FromHours(1);

    private readonly Dictionary<SipFlow, Instant> _downUntil = [];

    public int Count => hops.Count;

    /// <param name="retryAfter">What the hop asked for (503 with Retry-After), or null.</param>
    public void Failed(Instant now, SipFlow hop, TimeSpan? retryAfter)
    {
        if (!hops.Contains(hop)) return;
        var rest = retryAfter ?? Rest;
        _downUntil[hop] = now + (rest > LongestRest ? LongestRest : rest);
    }

    public void Answered(SipFlow hop) => _downUntil.Remove(hop);

    /// <summary>The preferred hop, or another one while that is down.</summary>
    public SipFlow Best(Instant now, SipFlow preferred) => IsDown(now, preferred) ? Other(now, preferred) ?? preferred : preferred;

    /// <summary>Another hop that is up; null where there is none.</summary>
    public SipFlow? Other(Instant now, SipFlow than)
    {
        foreach (var hop in hops)
        {
            if (hop != than && !IsDown(now, hop)) return hop;
        }

        return null;
    }

    private bool IsDown(Instant now, SipFlow hop) => _downUntil.TryGetValue(hop, out var until) && until > now;
}

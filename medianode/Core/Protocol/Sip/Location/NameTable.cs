namespace Byon.MediaNode.Core.Protocol.Sip.Location;

/// <summary>
/// Where the names in routes and contacts of dialogs lead. A name is asked for when it is first seen, and again when its time is
/// over; until an answer comes the last one serves. Names come from peers, so only so many are kept.
/// </summary>
internal sealed class NameTable
{
    private const int MostNames = 512;

    private readonly Dictionary<SipTarget, Entry> _known = [];
    private readonly Queue<SipTarget> _wanted = [];

    public bool TryDequeue([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SipTarget? wanted) => _wanted.TryDequeue(out wanted);

    /// <summary>Null while nothing is known of it.</summary>
    public SipFlow? Find(Instant now, SipTarget target)
    {
        if (!_known.TryGetValue(target, out var entry))
        {
            if (_known.Count == MostNames && !TryForget(now)) return null;
            _known.Add(target, entry = new Entry());
        }

        if (!entry.IsAsked && entry.Until <= now)
        {
            entry.IsAsked = true;
            _wanted.Enqueue(target);
        }

        return entry.Flow;
    }

    /// <param name="flow">Null: nothing was found; what was known before stays.</param>
    public void Learn(Instant now, SipTarget target, SipFlow? flow, TimeSpan timeToLive)
    {
        if (!_known.TryGetValue(target, out var entry)) return;
        (entry.Flow, entry.Until, entry.IsAsked) = (flow ?? entry.Flow, now + timeToLive, false);
    }

    private bool TryForget(Instant now)
    {
        foreach (var (target, entry) in _known)
        {
            if (entry.IsAsked || entry.Until > now) continue;
            _known.Remove(target);
            return true;
        }

        return false;
    }

    private sealed class Entry
    {
        public SipFlow? Flow { get; set; }

        public Instant Until { get; set; }

        public bool IsAsked { get; set; }
    }
}

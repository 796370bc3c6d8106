namespace Byon.MediaNode.Core.Protocol.Sip.Registrations;

/// <summary>
/// A token bucket for REGISTERs that nobody waits for (refreshes, flow recovery, take-over): after an outage thousands are due
/// at once, and the registrar must not be the next thing to fall over.
/// </summary>
internal sealed class RegisterPace(double perSecond, int burst)
{
    private readonly TimeSpan _interval = TimeSpan.FromSeconds(1 / perSecond);
    private Instant _next;

    /// <summary>When the next REGISTER may go: now as long as the bucket is not empty. Every call takes a turn.</summary>
    public Instant Reserve(Instant now)
    {
        var full = now - (_interval * burst);
        if (_next < full) _next = full;
        _next += _interval;
        return _next > now ? _next : now;
    }
}

using System.Globalization;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>
/// The session timer of one dialog (RFC 4028): what we ask for and grant, who refreshes, and when the dialog counts as dead.
/// Runs where either side knows it; the refresher sends at half the interval.
/// </summary>
internal sealed class SessionTimer(TimeSpan wanted)
{
    public const int TooSmall = 422;

    /// <summary>§4: the smallest interval there is, and what we accept of others.</summary>
    private static readonly TimeSpan Smallest = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan Largest = TimeSpan.FromDays(1);
    private static readonly TimeSpan LeastRetry = TimeSpan.FromSeconds(5);

    private TimeSpan _minimum = Smallest;
    private TimeSpan? _interval;
    private bool _refreshesHere;
    private Instant _refreshAt;
    private Instant _endsAt;

    public enum Due
    {
        Nothing,
        Refresh,

        /// <summary>Nobody refreshed: BYE (§10).</summary>
        End,
    }

    public Instant? NextTimeout => _interval is null ? null : _refreshesHere && _refreshAt < _endsAt ? _refreshAt : _endsAt;

    /// <summary>§9: refused with 422 and <see cref="Refuse"/>; a caller without the extension cannot be asked for more.</summary>
    public static bool IsTooSmall(SipRequest request) =>
        SessionExpiresHeader.Of(request) is { } asked && asked.Interval < Smallest && request.Supports(SipOptionTags.Timer);

    public static void Refuse(SipResponse refusal) => refusal.Headers.Set("Min-SE", Seconds(Smallest));

    /// <summary>§7.1: what a request of ours that opens or refreshes the dialog asks for. Who refreshes stays as it was.</summary>
    public void Ask(SipRequest request)
    {
        var interval = _interval ?? (wanted > _minimum ? wanted : _minimum);
        request.Headers.Set("Session-Expires", new SessionExpiresHeader(interval, _interval is null ? null : !_refreshesHere).ToString());
        request.Headers.Set("Min-SE", Seconds(_minimum));
    }

    /// <summary>§7.3: takes the interval a 422 asks for; false where it asks for nothing more, or for too much.</summary>
    public bool TryRaise(SipResponse refusal)
    {
        if (refusal.Number("Min-SE") is not { } seconds || TimeSpan.FromSeconds(seconds) is var minimum && (minimum <= _minimum || minimum > Largest)) return false;
        _minimum = minimum;
        if (_interval < minimum) _interval = minimum;
        return true;
    }

    /// <summary>§7.2: what the 2xx to our request says. Without the header there is no timer (any more).</summary>
    public void Accept(Instant now, SipResponse success)
    {
        if (SessionExpiresHeader.Of(success) is { } granted) Run(now, granted.Interval, granted.IsRefreshedByServer != true);
        else _interval = null;
    }

    /// <summary>§9: puts our decision into the 2xx to a request of the peer. A peer without the extension leaves the refreshing to us.</summary>
    public void Grant(Instant now, SipRequest request, SipResponse success)
    {
        var asked = SessionExpiresHeader.Of(request);
        var peerKnows = request.Supports(SipOptionTags.Timer);
        var least = request.Number("Min-SE") is { } seconds && TimeSpan.FromSeconds(seconds) > Smallest ? TimeSpan.FromSeconds(seconds) : Smallest;
        var interval = asked is { } header && header.Interval < wanted ? header.Interval : wanted;
        if (interval < least) interval = least;
        var serverRefreshes = !peerKnows || asked?.IsRefreshedByServer == true;
        if (peerKnows && !serverRefreshes) success.Headers.Set("Require", SipOptionTags.Timer);
        success.Headers.Set("Session-Expires", new SessionExpiresHeader(interval, serverRefreshes).ToString());
        Run(now, interval, serverRefreshes);
    }

    public Due HandleTimeout(Instant now)
    {
        if (_interval is null) return Due.Nothing;
        if (now >= _endsAt) return Due.End;
        if (!_refreshesHere || now < _refreshAt) return Due.Nothing;
        // A refresh that is refused for the moment (491, 500) is tried again with what is left.
        var left = (_endsAt - now) / 2;
        _refreshAt = now + (left > LeastRetry ? left : LeastRetry);
        return Due.Refresh;
    }

    public SessionTimerState? Save(Instant now) =>
        _interval is { } interval ? new SessionTimerState(interval, _refreshesHere, _endsAt > now ? _endsAt - now : TimeSpan.Zero) : null;

    public void Restore(Instant now, SessionTimerState saved)
    {
        Run(now, saved.Interval, saved.RefreshesHere);
        _endsAt = now + saved.Remaining;
        // At once: the peer has to learn this node's address as well.
        _refreshAt = now;
    }

    private static string Seconds(TimeSpan time) => ((long)time.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    private void Run(Instant now, TimeSpan interval, bool refreshesHere)
    {
        if (interval > Largest) interval = Largest;
        if (interval < LeastRetry) interval = LeastRetry;
        (_interval, _refreshesHere) = (interval, refreshesHere);
        _refreshAt = now + (interval / 2);
        // The side that waits gives up a little before the end, so that its BYE still finds the dialog (§10).
        var early = interval / 3 < TimeSpan.FromSeconds(32) ? interval / 3 : TimeSpan.FromSeconds(32);
        _endsAt = now + interval - (refreshesHere ? TimeSpan.Zero : early);
    }
}

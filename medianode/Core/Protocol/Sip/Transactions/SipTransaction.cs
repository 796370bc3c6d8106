using System.Diagnostics.CodeAnalysis;
using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Transactions;

/// <summary>
/// What the four transactions of RFC 3261 §17 share: the timers with their letters, and the drain. A transaction holds no
/// clock; on a reliable transport it does not retransmit, and its lingering timers are zero.
/// </summary>
internal abstract class SipTransaction(string key, SipFlow flow, SipTimers timers)
{
    private readonly Queue<SipMessage> _outgoing = [];
    private readonly List<(TransactionTimer Timer, Instant At)> _timers = [];

    public string Key { get; } = key;

    public SipFlow Flow { get; } = flow;

    public bool IsTerminated { get; private set; }

    public Instant? NextTimeout
    {
        get
        {
            Instant? earliest = null;
            foreach (var (_, at) in _timers) earliest = Instant.Earliest(earliest, at);
            return earliest;
        }
    }

    protected SipTimers Timers { get; } = timers;

    protected bool IsReliable => Flow.Transport != SipTransport.Udp;

    /// <summary>64*T1: timers B, D, F, H, J, L and M.</summary>
    protected TimeSpan Patience => Timers.T1 * 64;

    public void HandleTimeout(Instant now)
    {
        foreach (var (timer, at) in _timers.ToArray())
        {
            // A timer that fires may stop the ones after it.
            if (at <= now && _timers.Remove((timer, at))) Fire(now, timer);
        }
    }

    public bool TryDequeue([NotNullWhen(true)] out SipMessage? message) => _outgoing.TryDequeue(out message);

    protected abstract void Fire(Instant now, TransactionTimer timer);

    protected void Transmit(SipMessage message) => _outgoing.Enqueue(message);

    protected void Start(TransactionTimer timer, Instant at)
    {
        Stop(timer);
        _timers.Add((timer, at));
    }

    protected void Stop(TransactionTimer timer) => _timers.RemoveAll(t => t.Timer == timer);

    protected void StopAll() => _timers.Clear();

    /// <summary>The last state of all four figures: no timer runs, and nothing that comes is looked at.</summary>
    protected void Terminate()
    {
        StopAll();
        IsTerminated = true;
    }
}

using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Core.Protocol.Sip.Location;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Registrations;
using Byon.MediaNode.Io;
using Byon.MediaNode.Journaling;
using Byon.MediaNode.Telemetry;
using Byon.Platform.Control;

namespace Byon.MediaNode.Signalling;

/// <summary>
/// The node's registrations and calls, between the SIP agent, the media workers and the journal. Everything in here runs on
/// the <see cref="SignallingLoop"/>: others reach it by <c>AskAsync</c> or <c>Post</c>.
/// </summary>
public sealed partial class CallControl(
    NodeOptions options, SipAgent agent, MediaWorkers media, SipSockets sockets, Locations locations, Journal journal, MilestonePublisher milestones,
    NodeMetrics metrics, TimeProvider wallClock, EntropySource entropy, ILogger<CallControl> log) : ISignallingOwner
{
    /// <summary>What a registration costs of the node's capacity, in calls.</summary>
    private const double RegistrationLoad = 0.01;

    private static readonly TimeSpan ReinviteTime = TimeSpan.FromSeconds(8);

    private readonly Wakeups _wakeups = new();
    private readonly Dictionary<string, LiveRegistration> _registrations = [];
    private readonly Dictionary<SipRegistrationId, LiveRegistration> _registrationsBySip = [];
    private readonly Dictionary<string, LiveCall> _calls = [];
    private readonly Dictionary<SipSessionId, LiveCall> _callsBySession = [];
    private readonly Dictionary<SipSessionId, LiveFork> _forks = [];
    private readonly CallOptions _callOptions = new(
        CodecPolicy.ForBrowser(media.Codecs), [.. options.Codecs.Where(media.Codecs.Contains)], options.RingTime, ReinviteTime)
    {
        OffersPreconditions = options.Sip.Preconditions,
        TakesReferrals = options.Calls.TakesReferrals,
        DeclineStatus = options.Calls.DeclineStatus,
        TransfersByRefer = options.Calls.TransfersByRefer,
        TransferTime = options.Calls.TransferTime,
        KeysByInfo = options.Calls.KeysByInfo,
        MoveTime = options.Calls.MoveTime,
        VideoKilobits = options.Media.VideoKilobits,
    };

    /// <summary>True once the node takes no new work.</summary>
    public bool IsDraining { get; set; }

    public NodeLoad Snapshot => new(Load, _calls.Count + _bridges.Count, _registrations.Count, agent.Rejected.ToDictionary(), agent.Transactions);

    private double Load => _calls.Count + (_registrations.Count * RegistrationLoad);

    public Instant? NextTimeout => Instant.Earliest(agent.NextTimeout, _wakeups.Earliest);

    private bool HasRoomFor(double load) => !IsDraining && Load + load <= options.Capacity;

    private DateTimeOffset WallNow => wallClock.GetUtcNow();

    public void Receive(Instant now, SipFlow flow, ReadOnlyMemory<byte> message)
    {
        agent.Receive(now, flow, message.Span);
        DispatchEvents(now);
    }

    public void FlowFailed(Instant now, SipFlow flow)
    {
        agent.FlowFailed(now, flow);
        DispatchEvents(now);
    }

    public void HandleTimeout(Instant now)
    {
        if (agent.NextTimeout is { } next && next <= now)
        {
            agent.HandleTimeout(now);
            DispatchEvents(now);
        }

        while (_wakeups.TakeDue(now) is { } sleeper)
        {
            switch (sleeper)
            {
                case LiveRegistration live:
                    live.Registration.HandleTimeout(now);
                    Drain(now, live);
                    break;
                case LiveCall live:
                    Guarded(now, live, call => call.HandleTimeout(now));
                    break;
                case EndedCall ended:
                    _ = journal.DeleteCallAsync(ended.Device, ended.CallId);
                    break;
            }
        }
    }

    public void Flush(Instant now)
    {
        DispatchEvents(now);
        while (agent.TryDequeue(out SipTarget? wanted)) locations.Find(wanted);
        while (agent.TryDequeue(out SipTransmit transmit)) sockets.Send(transmit);
    }

    /// <summary>Drops everything without a word to the devices: another node has taken all of it over.</summary>
    public void Abandon(Instant now)
    {
        foreach (var live in _calls.Values.Concat(_leaving.Values))
        {
            media.Release(live.Call.Description.CallId);
            if (live.Session is { } session) agent.End(now, session);
            if (live.Successor is { } successor) agent.End(now, successor);
            live.Pending?.TrySetResult(CallOutcome.Failed(ControlFault.NotFound, "The call is carried by another node now."));
            _wakeups.Set(live, null);
        }

        EndBridges(now);
        foreach (var fork in _forks.Values) agent.End(now, fork.Session, SipStatus.TemporarilyUnavailable);
        foreach (var live in _registrations.Values)
        {
            // Only this node's own contact goes; the other node's binding stays.
            if (live.Sip is { } sip) agent.Unregister(now, sip);
            live.Complete(new RegistrationResult(RegistrationFault.Ended, "The registration is held by another node now."));
            _wakeups.Set(live, null);
        }

        _calls.Clear();
        _leaving.Clear();
        _callsBySession.Clear();
        _forks.Clear();
        _registrations.Clear();
        _registrationsBySip.Clear();
    }

    private void DispatchEvents(Instant now)
    {
        while (agent.TryDequeue(out SipEvent? sipEvent))
        {
            switch (sipEvent)
            {
                case SessionInvited invited:
                    Invited(now, invited);
                    break;
                case SipSessionEvent session when _forks.TryGetValue(session.Session, out var fork):
                    if (session is SessionEnded) _forks.Remove(session.Session);
                    fork.Fork.Receive(session);
                    Drain(now, fork);
                    break;
                case SipSessionEvent session when _bridgesBySession.TryGetValue(session.Session, out var bridge):
                    Receive(now, bridge, session);
                    break;
                case SipSessionEvent session when _callsBySession.TryGetValue(session.Session, out var call):
                    if (session is SessionInviteSent sent) log.CallNamed(call.Call.Description.CallId, sent.SessionId.ToString());
                    Receive(now, call, session);
                    break;
                case SipRegistrationEvent registration when _registrationsBySip.TryGetValue(registration.Registration, out var live):
                    live.Registration.Receive(now, registration);
                    Drain(now, live);
                    break;
            }
        }
    }

    /// <summary>Feeds one call and does what it wants. A bug in it costs this call, and no other.</summary>
    private void Guarded(Instant now, LiveCall live, Action<Call> feed)
    {
        try
        {
            feed(live.Call);
            Drain(now, live);
        }
        catch (Exception fault)
        {
            log.CallFault(live.Call.Description.CallId, live.Call.Description.State.ToString(), fault);
            Discard(now, live);
        }
    }

    /// <summary>Ends a call whose state machine cannot be trusted any more.</summary>
    private void Discard(Instant now, LiveCall live)
    {
        try
        {
            if (!live.Call.HasEnded) live.Call.Abort(now, CallEnd.InternalError);
            Drain(now, live);
        }
        catch (Exception fault)
        {
            log.CallFault(live.Call.Description.CallId, "ending", fault);
            media.Release(live.Call.Description.CallId);
            if (live.Session is { } session) agent.End(now, session);
            if (live.Successor is { } successor) agent.End(now, successor);
            if (live.Fork is { } fork)
            {
                fork.Fork.Receive(live.Call.Description.CallId, new EndSession(SipStatus.TemporarilyUnavailable));
                Drain(now, fork);
            }
        }

        Forget(now, live);
    }
}

/// <param name="Load">In units of capacity.</param>
/// <param name="SipRejected">SIP messages dropped since the start, by reason.</param>
public sealed record NodeLoad(
    double Load, int Calls, int Registrations, IReadOnlyDictionary<SipRejection, long> SipRejected, int SipTransactions);

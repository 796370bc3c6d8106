using System.Net;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Calls;
using Byon.MediaNode.Core.Protocol.Sip.Sessions;
using Byon.MediaNode.Journaling;
using Byon.MediaNode.Telemetry;
using Byon.Platform.Records;

namespace Byon.MediaNode.Signalling;

/// <summary>Connected calls that come from another node, or go to one.</summary>
public sealed partial class CallControl
{
    private readonly Dictionary<string, LiveCall> _leaving = [];

    /// <summary>Registrations with calls, all of which can go to another node now.</summary>
    public IReadOnlyList<RegistrationRecord> Movable =>
        [.. _registrations.Values.Where(live => live.CallsUnderWay.Any() && live.CallsUnderWay.All(CanMove)).Select(live => live.Record)];

    public bool Carries(string callId) => _calls.ContainsKey(callId) || _leaving.ContainsKey(callId);

    public bool HasRoomForMore => HasRoomFor(1);

    /// <summary>
    /// Goes on with a connected call of a registration that is here (its REGISTER may be under way), with new media. False: it cannot.
    /// </summary>
    public bool TryTakeUp(Instant now, KeptCall kept)
    {
        var (row, saved, _) = kept;
        if (!_registrations.TryGetValue(row.RegistrationId, out var owner) || _calls.ContainsKey(row.CallId)) return false;
        if (media.TryAllocate(row.CallId) is not { } allocation) return false;
        if (saved.Call.WebRtc.Local.ImsVideo is not null) allocation = WithVideo(row.CallId, allocation);

        var live = new LiveCall(Call.TakeUp(now, saved.Call, allocation, kept.SequenceNumber, _callOptions), owner, row.CreatedAt)
        {
            ClientCorrelator = row.ClientCorrelator,
            IsEmergency = row.Emergency,
            Location = row.Location,
            Presentation = saved.Presentation,
            TakenUpAt = now,
            Session = agent.TakeUp(now, saved.Session),
        };
        _callsBySession[live.Session.Value] = live;
        metrics.CallsMoved.Add(1);
        log.CallTakenUp(row.CallId);
        Add(now, live);
        return true;
    }

    /// <summary>The other end of a call that was taken up is at that node. False where the call does not seek it (any more).</summary>
    public bool SeekPeerAt(Instant now, string callId, IPEndPoint node) =>
        _calls.TryGetValue(callId, out var live) && live.Session is { } session && agent.SeekPeerAt(now, session, node);

    /// <summary>
    /// Takes the calls of a registration out of everybody's hands and writes them down for another node. Their media go on, and what comes
    /// for them waits, until it is decided whether they go (<see cref="LetGoOf"/>) or stay (<see cref="TakeBack"/>). Null where something
    /// began meanwhile that has to end first.
    /// </summary>
    internal LeavingCalls? Suspend(Instant now, string registrationId)
    {
        if (!_registrations.TryGetValue(registrationId, out var owner) || !owner.CallsUnderWay.All(CanMove)) return null;
        List<LiveCall> calls = [];
        List<Task<bool>> stored = [];
        foreach (var live in owner.CallsUnderWay.ToList())
        {
            stored.Add(journal.PutAsync(owner.Device, live.ToRecord(live.Call.Description, options.Id), SavedOf(now, live)));
            live.Missed = [];
            _calls.Remove(live.Call.Description.CallId);
            _leaving.Add(live.Call.Description.CallId, live);
            owner.Calls.Remove(live);
            _wakeups.Set(live, null);
            calls.Add(live);
        }

        return new LeavingCalls(calls, Task.WhenAll(stored));
    }

    /// <summary>Another node holds the registration and goes on with its calls: they are forgotten here, without a word to anybody.</summary>
    internal void LetGoOf(Instant now, string registrationId, LeavingCalls leaving)
    {
        foreach (var live in leaving.Calls)
        {
            if (!_leaving.Remove(live.Call.Description.CallId)) continue;
            var session = live.Session!.Value;
            agent.LetGo(session);
            _callsBySession.Remove(session);
            media.Release(live.Call.Description.CallId);
            live.Pending?.TrySetResult(CallOutcome.Failed(Platform.Control.ControlFault.NotFound, "The call is carried by another node now."));
        }

        if (!_registrations.TryGetValue(registrationId, out var owner)) return;
        if (owner.Sip is { } sip) agent.LetGo(now, sip);
        Forget(owner);
    }

    /// <summary>No other node has them: they go on here as if nothing had been, and hear what they missed.</summary>
    internal void TakeBack(Instant now, LeavingCalls leaving)
    {
        foreach (var live in leaving.Calls)
        {
            if (!_leaving.Remove(live.Call.Description.CallId)) continue;
            var missed = live.Missed!;
            live.Missed = null;
            _calls.Add(live.Call.Description.CallId, live);
            live.Owner.Calls.Add(live);
            foreach (var happens in missed) happens(now);
            Guarded(now, live, call =>
            {
                if (!_registrations.ContainsKey(live.Owner.Record.RegistrationId) && !live.IsEmergency) call.Abort(now, CallEnd.RegistrationLost);
            });
        }
    }

    private bool CanMove(LiveCall live) =>
        live is { Fork: null, Bridge: null, Retrieves: null, Successor: null, Saved: not null } && live.Call.CanMove;

    /// <summary>Null while the call is not connected, or where the operator wants none to outlive its node. Keys never get into a row.</summary>
    private SavedCall? SavedOf(Instant now, LiveCall live) =>
        options.Calls.MovesCalls && live.Session is { } session && live.Call.Save() is { } call && agent.Save(now, session) is SipSessionState dialog
            ? new SavedCall(call with { Keys = null }, dialog, live.Presentation)
            : null;
}

/// <summary>A connected call between two nodes.</summary>
/// <param name="SequenceNumber">Of the newest event that its device was told.</param>
public sealed record KeptCall(CallRecord Row, SavedCall Saved, int SequenceNumber);

/// <param name="Stored">Completes when their rows are stored, each of them true.</param>
internal sealed record LeavingCalls(IReadOnlyList<LiveCall> Calls, Task<bool[]> Stored);

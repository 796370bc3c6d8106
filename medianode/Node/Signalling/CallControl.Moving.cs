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
    /// <summary>Registrations with calls, all of which can go to another node now.</summary>
    public IReadOnlyList<RegistrationRecord> Movable =>
        [.. _registrations.Values.Where(live => live.CallsUnderWay.Any() && live.CallsUnderWay.All(CanMove)).Select(live => live.Record)];

    public bool Carries(string callId) => _calls.ContainsKey(callId);

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
    /// Falls silent in the calls of a registration and forgets them, without a word to anybody: they go on elsewhere, from the rows
    /// that this writes. Null where something began meanwhile that has to end first.
    /// </summary>
    public ReleasedCalls? LetGoOfCalls(Instant now, string registrationId)
    {
        if (!_registrations.TryGetValue(registrationId, out var owner) || !owner.CallsUnderWay.All(CanMove)) return null;
        List<KeptCall> calls = [];
        List<Task<bool>> stored = [];
        foreach (var live in owner.CallsUnderWay.ToList())
        {
            var row = live.ToRecord(live.Call.Description, options.Id);
            var saved = SavedOf(now, live)!;
            calls.Add(new KeptCall(row, saved, row.SequenceNumber));
            stored.Add(journal.PutAsync(owner.Device, row, saved));
            media.Release(row.CallId);
            Drop(now, live);
        }

        return new ReleasedCalls(calls, Task.WhenAll(stored));
    }

    /// <summary>The registration is held by another node now.</summary>
    public void LetGoOf(Instant now, string registrationId)
    {
        if (!_registrations.TryGetValue(registrationId, out var live)) return;
        if (live.Sip is { } sip) agent.LetGo(now, sip);
        Forget(live);
    }

    private void Drop(Instant now, LiveCall live)
    {
        var session = live.Session!.Value;
        agent.LetGo(session);
        _callsBySession.Remove(session);
        _calls.Remove(live.Call.Description.CallId);
        live.Owner.Calls.Remove(live);
        live.Pending?.TrySetResult(CallOutcome.Failed(Platform.Control.ControlFault.NotFound, "The call is carried by another node now."));
        _wakeups.Set(live, null);
    }

    private bool CanMove(LiveCall live) =>
        live is { Fork: null, Bridge: null, Retrieves: null, Successor: null, Saved: not null } && live.Call.CanMove;

    /// <summary>Null while the call is not connected, or where the operator wants none to outlive its node. Keys never get into a row.</summary>
    private SavedCall? SavedOf(Instant now, LiveCall live) =>
        options.Calls.MovesCalls && live.Session is { } session && live.Call.Save() is { } call && agent.Save(now, session) is SipSessionState dialog
            ? new SavedCall(call with { Keys = null }, dialog)
            : null;
}

/// <summary>A connected call between two nodes.</summary>
/// <param name="SequenceNumber">Of the newest event that its device was told.</param>
public sealed record KeptCall(CallRecord Row, SavedCall Saved, int SequenceNumber);

/// <param name="Stored">Completes when their rows are stored, each of them true.</param>
public sealed record ReleasedCalls(IReadOnlyList<KeptCall> Calls, Task<bool[]> Stored);
